#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use futures_util::future::join_all;

use super::fixture::ok;
use crate::{Checkpoint, CheckpointStore, Payload, Position, ReaderState};

async fn found<S: CheckpointStore>(store: &S, reader: &str) -> u64 {
    ok(store.checkpoint(reader).await).position.as_u64()
}

async fn save<S: CheckpointStore>(store: &S, reader: &str, position: u64) {
    ok(store
        .save_checkpoint(reader, Position::new(position).into())
        .await);
}

/// A reader that has saved nothing begins at the start.
pub async fn a_new_reader_begins_at_the_start<S: CheckpointStore>(store: &S) {
    assert_eq!(ok(store.checkpoint("new").await), Checkpoint::default());
}

/// A checkpoint that was saved is found again.
pub async fn a_checkpoint_is_found_again<S: CheckpointStore>(store: &S) {
    for position in [1, 2, 700, u64::MAX] {
        save(store, "reader", position).await;
        assert_eq!(found(store, "reader").await, position);
    }
}

/// A checkpoint never goes back.
pub async fn a_checkpoint_never_goes_back<S: CheckpointStore>(store: &S) {
    save(store, "reader", 9).await;
    for position in [8, 0, 9] {
        save(store, "reader", position).await;
        assert_eq!(found(store, "reader").await, 9);
    }
}

/// A state that changed without the log is kept, at the start of the log as well.
pub async fn a_state_is_replaced_at_the_same_position<S: CheckpointStore>(store: &S) {
    for position in [Position::START, Position::new(7)] {
        for number in 1..=3_u64 {
            let state = Some(ReaderState {
                schema_hash: 4 - number,
                data: ok(Payload::of(&number)),
            });
            let checkpoint = Checkpoint { position, state };
            ok(store.save_checkpoint("still", checkpoint.clone()).await);
            assert_eq!(ok(store.checkpoint("still").await), checkpoint);
        }
    }
}

/// Readers whose names look alike are kept apart.
pub async fn readers_of_any_name_are_kept_apart<S: CheckpointStore>(store: &S) {
    let readers = [
        "a", "A", "a.b", "a.*", ">", "a/b", "a b", "%61", "\u{e9}", "e\u{301}",
    ];
    for (position, reader) in (1..).zip(readers) {
        save(store, reader, position).await;
    }
    for (position, reader) in (1..).zip(readers) {
        assert_eq!(found(store, reader).await, position, "{reader}");
    }
}

/// Of savers that race, the one that is furthest wins.
pub async fn of_racing_savers_the_furthest_wins<S: CheckpointStore>(store: &S) {
    join_all(
        (1..=32)
            .rev()
            .map(|position| save(store, "raced", position)),
    )
    .await;
    assert_eq!(found(store, "raced").await, 32);
}

/// What a reader has made of the log comes back as it was saved, with the position it belongs to.
pub async fn position_and_state_belong_together<S: CheckpointStore>(store: &S) {
    let at = |position: u64| {
        let data = ok(Payload::of(&vec![position; 100]));
        let state = Some(ReaderState {
            schema_hash: u64::MAX - position,
            data,
        });
        Checkpoint {
            position: Position::new(position),
            state,
        }
    };
    let saves = (1..=16).map(|position| store.save_checkpoint("state", at(position)));
    join_all(saves).await.into_iter().for_each(ok);
    assert_eq!(ok(store.checkpoint("state").await), at(16));
    ok(store.save_checkpoint("state", at(7)).await);
    assert_eq!(ok(store.checkpoint("state").await), at(16));
    ok(store
        .save_checkpoint("state", Position::new(20).into())
        .await);
    assert_eq!(
        ok(store.checkpoint("state").await),
        Position::new(20).into()
    );
}

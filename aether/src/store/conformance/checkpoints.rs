#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use futures_util::future::join_all;

use super::fixture::ok;
use crate::{
    Checkpoint, CheckpointStore, Payload, Position, ReaderState, StoreError, StoreErrorKind,
};

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

fn with_state(position: u64, number: u64) -> Checkpoint {
    let state = Some(ReaderState {
        schema_hash: 1,
        data: ok(Payload::of(&number)),
    });
    Checkpoint {
        position: Position::new(position),
        state,
    }
}

fn is_conflict(answer: &Result<(), StoreError>) -> bool {
    matches!(answer, Err(err) if err.kind() == StoreErrorKind::Conflict)
}

/// A checkpoint is replaced, by one that is further back as well, if it is as expected in its
/// position and in its state; otherwise it stays.
pub async fn a_checkpoint_is_replaced_if_it_is_the_expected_one<S: CheckpointStore>(store: &S) {
    let replace = |expected: &Checkpoint, new: &Checkpoint| {
        let (expected, new) = (expected.clone(), new.clone());
        async move { store.replace_checkpoint("led", &expected, new).await }
    };
    let (none, first, second) = (Checkpoint::default(), with_state(9, 1), with_state(4, 2));
    assert!(is_conflict(&replace(&first, &second).await));
    assert_eq!(ok(store.checkpoint("led").await), none);
    ok(replace(&none, &first).await);
    for unexpected in [
        none.clone(),
        with_state(9, 3),
        with_state(8, 1),
        Position::new(9).into(),
    ] {
        assert!(is_conflict(&replace(&unexpected, &second).await));
        assert_eq!(ok(store.checkpoint("led").await), first);
    }
    ok(replace(&first, &second).await);
    assert_eq!(ok(store.checkpoint("led").await), second);
    ok(replace(&second, &none).await);
    assert_eq!(ok(store.checkpoint("led").await), none);
}

/// A checkpoint that is kept already is replaced by itself.
pub async fn replacing_again_is_harmless<S: CheckpointStore>(store: &S) {
    let (none, new) = (Checkpoint::default(), with_state(3, 1));
    for _ in 0..3 {
        ok(store.replace_checkpoint("again", &none, new.clone()).await);
        assert_eq!(ok(store.checkpoint("again").await), new);
    }
}

/// Of those that replace the same checkpoint exactly one succeeds, each time.
pub async fn of_racing_replacers_exactly_one_succeeds<S: CheckpointStore>(store: &S) {
    let mut kept = Checkpoint::default();
    for round in 1..=10_u64 {
        let racers = (1..=8).map(|racer| with_state(round % 3, 10 * round + racer));
        let racers: Vec<_> = racers.collect();
        let races = racers.iter().cloned();
        let races = races.map(|racer| store.replace_checkpoint("raced", &kept, racer));
        let answers = join_all(races).await;
        let won: Vec<_> = answers
            .iter()
            .zip(&racers)
            .filter(|(it, _)| it.is_ok())
            .collect();
        let lost = answers.iter().filter(|it| is_conflict(it)).count();
        assert_eq!(
            (won.len(), lost),
            (1, racers.len() - 1),
            "round {round}: {answers:?}"
        );
        kept = ok(store.checkpoint("raced").await);
        assert!(won.iter().all(|(_, racer)| **racer == kept));
    }
}

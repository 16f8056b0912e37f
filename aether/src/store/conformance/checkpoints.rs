#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use futures_util::future::join_all;

use super::fixture::ok;
use crate::{CheckpointStore, Position};

async fn found<S: CheckpointStore>(store: &S, reader: &str) -> u64 {
    ok(store.checkpoint(reader).await).as_u64()
}

async fn save<S: CheckpointStore>(store: &S, reader: &str, position: u64) {
    ok(store.save_checkpoint(reader, Position::new(position)).await);
}

/// A reader that has saved nothing begins at the start.
pub async fn a_new_reader_begins_at_the_start<S: CheckpointStore>(store: &S) {
    assert_eq!(ok(store.checkpoint("new").await), Position::START);
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

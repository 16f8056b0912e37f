#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use futures_util::future::join_all;
use uuid::Uuid;

use super::fixture::{actor, ok};
use crate::{
    ActorId, ActorSnapshot, CommitId, CommitRef, Payload, Position, Sessions, SnapshotStore,
    Timestamp, Version,
};

fn snapshot(actor: &ActorId, version: u64, schema_hash: u64) -> ActorSnapshot {
    ActorSnapshot {
        sessions: Sessions::unknown_until(Position::new(version)),
        actor_id: actor.clone(),
        version: Version::new(version),
        last_commit: CommitRef {
            id: CommitId::from(Uuid::from_u128(u128::from(version) << 64 | 7)),
            expected: Version::new(version / 2),
            position: Position::new(version * 3),
        },
        state: ok(Payload::of(&vec![version; 50])),
        schema_hash,
        timestamp: ok("2026-02-03T04:05:06.789Z".parse::<Timestamp>()),
    }
}

/// An actor of which no snapshot was saved has none.
pub async fn an_actor_without_a_snapshot_has_none<S: SnapshotStore>(store: &S) {
    assert_eq!(ok(store.snapshot(&actor("none")).await), None);
}

/// A snapshot comes back as it was saved.
pub async fn a_snapshot_is_found_again<S: SnapshotStore>(store: &S) {
    for (version, text) in (1..).zip(["a", "A", "a.b", "*.>", "a b", "\u{e9}"]) {
        let saved = snapshot(&actor(text), version, u64::MAX);
        ok(store.save_snapshot(saved.clone()).await);
        assert_eq!(ok(store.snapshot(&saved.actor_id).await), Some(saved));
    }
}

/// A snapshot never goes back.
pub async fn a_snapshot_never_goes_back<S: SnapshotStore>(store: &S) {
    let actor = actor("latest");
    let saves = (1..=16)
        .rev()
        .map(|version| store.save_snapshot(snapshot(&actor, version, 1)));
    join_all(saves).await.into_iter().for_each(ok);
    assert_eq!(
        ok(store.snapshot(&actor).await),
        Some(snapshot(&actor, 16, 1))
    );
}

/// A snapshot of another shape replaces the one that is there, for that is of no use any more.
pub async fn a_snapshot_of_another_shape_replaces_the_old_one<S: SnapshotStore>(store: &S) {
    let actor = actor("shape");
    ok(store.save_snapshot(snapshot(&actor, 9, 1)).await);
    ok(store.save_snapshot(snapshot(&actor, 4, 2)).await);
    assert_eq!(
        ok(store.snapshot(&actor).await),
        Some(snapshot(&actor, 4, 2))
    );
}

//! Snapshots that come another way than from the store: what they say of the log is a hint.

use aether::{
    ActorId, ActorSnapshot, Commit, CommitRef, Event, EventStore as _, EventStoreExt as _, Payload,
    Position, Receipt, Sessions, SnapshotStore as _, StoreErrorKind, Timestamp, Version,
    store::jetstream::JetStreamEventStore,
};
use aether_tests::harness::NatsServer;
use serde_json::json;

use crate::fixture::options;

fn actor() -> ActorId {
    ActorId::new("told").unwrap()
}

fn commit(version: u64) -> Commit {
    let event = Event::new(actor(), version, "Told", &json!({})).unwrap();
    Commit::new([event]).unwrap()
}

fn snapshot(last: &Commit, receipt: Receipt) -> ActorSnapshot {
    ActorSnapshot {
        actor_id: actor(),
        version: receipt.version,
        last_commit: CommitRef {
            id: last.id(),
            expected: last.expected(),
            position: receipt.position,
        },
        sessions: Sessions::default(),
        state: Payload::of(&json!(null)).unwrap(),
        schema_hash: 7,
        timestamp: Timestamp::UNIX_EPOCH,
    }
}

/// The last of two commits, with where it is, and another store that knows of none.
async fn two(server: &NatsServer) -> (ActorSnapshot, JetStreamEventStore) {
    let options = options();
    let store = options.clone().connect(&server.url()).await.unwrap();
    store.append(commit(1)).await.unwrap();
    let last = commit(2);
    let receipt = store.append(last.clone()).await.unwrap();
    let other = options.connect(&server.url()).await.unwrap();
    (snapshot(&last, receipt), other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hint_that_is_wrong_does_no_harm() {
    let server = NatsServer::shared().await;
    let wrong: [fn(&mut ActorSnapshot); 5] = [
        |_right| {},
        |it| it.last_commit.expected = Version::new(7),
        |it| it.last_commit.position = Position::new(it.last_commit.position.as_u64() + 1_000),
        |it| it.last_commit.position = Position::new(it.last_commit.position.as_u64() - 1),
        |it| it.version = Version::new(9),
    ];
    for wrong in wrong {
        let (mut snapshot, other) = two(&server).await;
        wrong(&mut snapshot);
        assert!(other.admit_snapshot(&snapshot));
        let page = other.read(&actor(), Version::FIRST).await.unwrap();
        let versions = page.commits.iter().map(|it| it.commit.version().as_u64());
        assert_eq!(versions.collect::<Vec<_>>(), [2]);
        assert!(other.admit_snapshot(&snapshot));
        let stale = other.append(commit(2)).await.unwrap_err();
        assert_eq!(stale.kind(), StoreErrorKind::Conflict, "{stale}");
        let early = other.append(commit(10)).await.unwrap_err();
        assert_eq!(early.kind(), StoreErrorKind::Conflict, "{early}");
        assert!(other.admit_snapshot(&snapshot));
        other.append(commit(3)).await.unwrap();
        let page = other.read(&actor(), Version::NONE).await.unwrap();
        let versions = page.commits.iter().map(|it| it.commit.version().as_u64());
        assert_eq!(versions.collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(other.log(Position::START).await.unwrap().len(), 3);
    }
}

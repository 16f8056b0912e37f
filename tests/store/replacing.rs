//! Snapshots that take the place of one that a store knows of.

use std::sync::atomic::Ordering;

use aether::{
    ActorId, ActorSnapshot, CommitId, CommitRef, Payload, Position, Sessions, SnapshotStore as _,
    Timestamp, Version,
};
use aether_tests::harness::NatsServer;
use async_nats::jetstream;
use futures_util::TryStreamExt as _;
use serde_json::json;

use crate::fixture::options;

fn snapshot(version: u64, schema_hash: u64) -> ActorSnapshot {
    ActorSnapshot {
        actor_id: ActorId::new("kept").unwrap(),
        version: Version::new(version),
        last_commit: CommitRef {
            id: CommitId::new(),
            expected: Version::new(version - 1),
            position: Position::new(version),
        },
        sessions: Sessions::default(),
        state: Payload::of(&json!(version)).unwrap(),
        schema_hash,
        timestamp: Timestamp::UNIX_EPOCH,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_known_is_replaced_by_one_message() {
    let server = NatsServer::shared().await;
    let client = async_nats::connect(server.url()).await.unwrap();
    let store = options().open(client.clone()).await.unwrap();
    let sent = client.statistics();
    let sent = || sent.out_messages.load(Ordering::Relaxed);
    store.save_snapshot(snapshot(1, 7)).await.unwrap();
    let before = sent();
    for version in [2, 3] {
        store.save_snapshot(snapshot(version, 7)).await.unwrap();
    }
    assert_eq!(sent() - before, 2);
    // One that is not to be replaced is looked at.
    store.save_snapshot(snapshot(2, 7)).await.unwrap();
    assert_eq!(sent() - before, 3);
    let found = store.snapshot(&snapshot(1, 7).actor_id).await.unwrap();
    assert_eq!(found.unwrap().version, Version::new(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_has_kept_meanwhile_is_replaced_only_by_what_is_later() {
    let server = NatsServer::shared().await;
    let options = options();
    let store = options.clone().connect(&server.url()).await.unwrap();
    let other = options.connect(&server.url()).await.unwrap();
    let actor = snapshot(1, 7).actor_id;
    let kept = async || {
        let snapshot = other.snapshot(&actor).await.unwrap().unwrap();
        (snapshot.version.as_u64(), snapshot.schema_hash)
    };
    store.save_snapshot(snapshot(1, 7)).await.unwrap();
    other.save_snapshot(snapshot(5, 7)).await.unwrap();
    store.save_snapshot(snapshot(3, 7)).await.unwrap();
    assert_eq!(
        kept().await,
        (5, 7),
        "it was later than the one that was known"
    );
    store.save_snapshot(snapshot(6, 7)).await.unwrap();
    assert_eq!(kept().await, (6, 7));
    store.save_snapshot(snapshot(2, 8)).await.unwrap();
    assert_eq!(kept().await, (2, 8), "one of another shape");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_kept_where_the_one_that_was_known_is_gone() {
    let server = NatsServer::shared().await;
    let client = async_nats::connect(server.url()).await.unwrap();
    let store = options().open(client.clone()).await.unwrap();
    store.save_snapshot(snapshot(1, 7)).await.unwrap();
    let context = jetstream::new(client);
    let name = store.stream_name().replace("aether-", "aether_state-");
    let names: Vec<_> = context.stream_names().try_collect().await.unwrap();
    assert!(names.contains(&name), "{names:?}");
    let stream = context.get_stream(&name).await.unwrap();
    stream.purge().await.unwrap();
    store.save_snapshot(snapshot(2, 7)).await.unwrap();
    let found = store.snapshot(&snapshot(1, 7).actor_id).await.unwrap();
    assert_eq!(found.unwrap().version, Version::new(2));
}

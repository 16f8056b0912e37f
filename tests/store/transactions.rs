//! Commits of several actors on real servers: what races, what is lost, what is not possible.

use std::{pin::pin, time::Duration};

use aether::{
    ActorId, ActorSnapshot, Commit, CommitRef, Durability, Event, EventStore, EventStoreExt as _,
    Payload, Position, Sessions, SnapshotStore as _, StoreErrorKind, Timestamp, Transaction,
    Version,
    store::jetstream::{JetStreamEventStore, JetStreamOptions},
};
use aether_tests::harness::{NatsCluster, NatsServer, Proxy};
use async_nats::jetstream;
use futures_util::{StreamExt as _, future::join, future::join3};
use serde_json::json;
use uuid::Uuid;

use crate::fixture::{options, patient};

fn actor(id: &str) -> ActorId {
    ActorId::new(id).unwrap()
}

fn commit(actor: &str, version: u64) -> Commit {
    let event = Event::new(actor, version, "Counted", &json!({ "n": version })).unwrap();
    Commit::new([event]).unwrap()
}

fn both(version: u64) -> Transaction {
    Transaction::new([commit("a", version), commit("b", version)]).unwrap()
}

/// A transaction that writes to one actor as long as another one has not moved.
fn guarded(written: &str, guarded: &str, expected: u64) -> Transaction {
    let transaction = Transaction::new([commit(written, expected + 1)]).unwrap();
    let guard = transaction.guard(actor(guarded), Version::new(expected));
    guard.unwrap()
}

/// Each of two writers writes to one actor as long as the other one has not moved; with them,
/// a plain append to the first. Of the three one succeeds, or both of the first actor's do not.
async fn skew(left: &JetStreamEventStore, right: &JetStreamEventStore, rounds: u64) {
    let mut won = [0_u32; 3];
    for round in 0..rounds {
        let (a, b) = (format!("a{round}"), format!("b{round}"));
        let (to_a, to_b, plain) = join3(
            left.transact(guarded(&a, &b, 0)),
            right.transact(guarded(&b, &a, 0)),
            right.append(commit(&a, 1)),
        )
        .await;
        let stored = [to_a.is_ok(), to_b.is_ok(), plain.is_ok()];
        for err in [to_a.err(), to_b.err(), plain.err()].into_iter().flatten() {
            assert_eq!(err.kind(), StoreErrorKind::Conflict, "{err}");
        }
        // What was appended to `a` after the guard on it was checked undoes nothing.
        let serial = [
            [true, false, false],
            [false, true, false],
            [false, false, true],
            [false, true, true],
        ];
        assert!(serial.contains(&stored), "round {round}: {stored:?}");
        let versions = [seen([left, right], &a).await, seen([left, right], &b).await];
        let wanted = [u64::from(stored[0] || stored[2]), u64::from(stored[1])];
        assert_eq!(versions, wanted, "round {round}");
        if stored == [false, true, true] {
            assert_order(right, &b, &a).await;
        }
        for (count, stored) in won.iter_mut().zip(stored) {
            *count += u32::from(stored);
        }
    }
    assert!(won[1] > 0 && won[2] > 0, "it was no race: {won:?}");
}

/// The version of an actor. A store may trail what others have written, never what it has itself.
async fn seen(stores: [&JetStreamEventStore; 2], id: &str) -> u64 {
    let mut versions = Vec::new();
    for store in stores {
        versions.push(store.version(&actor(id)).await.unwrap().as_u64());
    }
    versions.into_iter().max().unwrap()
}

async fn assert_order(store: &JetStreamEventStore, first: &str, second: &str) {
    let first = store.read(&actor(first), Version::NONE).await.unwrap();
    let second = store.read(&actor(second), Version::NONE).await.unwrap();
    assert!(first.commits[0].position < second.commits[0].position);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guards_on_each_other_let_only_one_through() {
    let server = NatsServer::shared().await;
    let options = options();
    let left = options.clone().connect(&server.url()).await.unwrap();
    let right = options.connect(&server.url()).await.unwrap();
    skew(&left, &right, 300).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guards_on_each_other_let_only_one_through_a_cluster() {
    let cluster = NatsCluster::shared().await;
    let (options, urls) = (patient(options()).replicas(3), cluster.urls());
    let left = options.clone().connect(&urls[0]).await.unwrap();
    let right = options.connect(&urls[1]).await.unwrap();
    assert_eq!(left.capabilities().durability, Durability::Majority);
    skew(&left, &right, 200).await;
}

#[tokio::test]
async fn followers_and_pages_pass_over_what_guards() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    for expected in 0..5 {
        let receipts = store.transact(guarded("a", "b", expected)).await.unwrap();
        // Each is two messages, of which the second is the commit.
        assert_eq!(receipts[0].position, Position::new(3 * expected + 2));
        store.append(commit("b", expected + 1)).await.unwrap();
    }
    let log = store.log(Position::START).await.unwrap();
    let positions: Vec<_> = log.iter().map(|it| it.position.as_u64()).collect();
    assert_eq!(positions, [2, 3, 5, 6, 8, 9, 11, 12, 14, 15]);
    assert_eq!(store.log(Position::new(3)).await.unwrap(), log[2..]);
    let events = store.events(&actor("a"), Version::NONE).await.unwrap();
    assert_eq!(events.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_whose_answer_was_lost_is_found_out() {
    let server = NatsServer::shared().await;
    let proxy = Proxy::of(&server.url()).await;
    let options = options().attempt_timeout(Duration::from_millis(300));
    let store = options.clone().connect(&proxy.url()).await.unwrap();
    let witness = options.connect(&server.url()).await.unwrap();
    store.transact(both(1)).await.unwrap();
    let mut log = pin!(witness.follow(Position::new(2)));
    proxy.mute();
    let second = both(2);
    let (receipts, ()) = join(store.transact(second.clone()), async {
        log.next().await.unwrap().unwrap();
        proxy.cut();
    })
    .await;
    let positions: Vec<_> = receipts.unwrap().iter().map(|it| it.position).collect();
    assert_eq!(positions, [3, 4].map(Position::new));
    let log = witness.log(Position::START).await.unwrap();
    assert_eq!(log.len(), 4, "stored once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_without_an_answer_is_in_doubt() {
    let server = NatsServer::shared().await;
    let proxy = Proxy::of(&server.url()).await;
    let (attempt, patience) = (Duration::from_millis(300), Duration::from_millis(900));
    let options = options().attempt_timeout(attempt).patience(patience);
    let store = options.clone().connect(&proxy.url()).await.unwrap();
    let witness = options.connect(&server.url()).await.unwrap();
    proxy.mute();
    let transaction = both(1);
    let err = store.transact(transaction.clone()).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::InDoubt, "{err}");
    for commit in transaction.commits() {
        assert!(err.to_string().contains(&commit.id().to_string()), "{err}");
    }
    witness.transact(transaction).await.unwrap();
    assert_eq!(witness.log(Position::START).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_transaction_whose_guard_failed_after_it_was_stored_is_stored() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    let transaction = guarded("a", "b", 0);
    let receipts = store.transact(transaction.clone()).await.unwrap();
    store.append(commit("b", 1)).await.unwrap();
    assert_eq!(store.transact(transaction).await.unwrap(), receipts);
}

#[tokio::test]
async fn a_transaction_of_which_a_part_was_stored_before_is_a_conflict() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    let (to_a, to_b) = (commit("a", 1), commit("b", 1));
    store.append(to_a.clone()).await.unwrap();
    let transaction = Transaction::new([to_a, to_b]).unwrap();
    let err = store.transact(transaction).await.unwrap_err();
    let conflict = err.version_conflict().unwrap();
    assert_eq!(conflict.actor_id, actor("a"));
    assert_eq!(conflict.current, Version::FIRST);
    assert_eq!(store.head().await.unwrap(), Position::new(1));
}

#[tokio::test]
async fn a_transaction_of_one_commit_is_a_plain_append() {
    let server = NatsServer::shared().await;
    let store = without_transactions(&server).await;
    let one = Transaction::new([commit("a", 1)]).unwrap();
    let receipts = store.transact(one).await.unwrap();
    assert_eq!(receipts[0].position, Position::new(1));
}

#[tokio::test]
async fn a_stream_that_does_not_allow_transactions_says_so() {
    let server = NatsServer::shared().await;
    let store = without_transactions(&server).await;
    assert_eq!(store.capabilities().transaction, None);
    let err = store.transact(both(1)).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Invalid);
    let said = format!(
        "nothing was stored: there are no transactions here: the stream `{}` lacks `allow_atomic`",
        store.stream_name()
    );
    assert_eq!(err.to_string(), said);
    assert_eq!(store.head().await.unwrap(), Position::START);
}

/// A store on a stream that was made before there were transactions.
async fn without_transactions(server: &NatsServer) -> JetStreamEventStore {
    let options = options();
    let store = options.clone().connect(&server.url()).await.unwrap();
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let mut stream = context.get_stream(store.stream_name()).await.unwrap();
    let mut config = stream.info().await.unwrap().config.clone();
    config.allow_atomic_publish = false;
    context.update_stream(config).await.unwrap();
    options.connect(&server.url()).await.unwrap()
}

#[tokio::test]
async fn a_transaction_beyond_the_limit_is_refused_and_one_at_the_limit_is_stored() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    let limit = store.capabilities().transaction.unwrap();
    let of = |count| {
        let commits = (0..count).map(|number| commit(&format!("many-{number}"), 1));
        Transaction::new(commits).unwrap()
    };
    let err = store.transact(of(limit + 1)).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::TooLarge);
    assert!(
        err.to_string()
            .ends_with("has 1001 commits and guards, and the server takes 1000"),
        "{err}"
    );
    assert_eq!(store.head().await.unwrap(), Position::START);
    assert_eq!(store.transact(of(limit)).await.unwrap().len(), limit);
}

fn snapshot(version: u64, bytes: usize) -> ActorSnapshot {
    ActorSnapshot {
        sessions: Sessions::default(),
        actor_id: actor("large"),
        version: Version::new(version),
        last_commit: CommitRef {
            id: Uuid::from_u128(version.into()).into(),
            expected: Version::NONE,
            position: Position::new(1),
        },
        state: Payload::of(&"x".repeat(bytes - 2)).unwrap(),
        schema_hash: 1,
        timestamp: "2026-02-03T04:05:06Z".parse::<Timestamp>().unwrap(),
    }
}

#[tokio::test]
async fn states_and_commits_up_to_the_stated_limits_are_kept() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    let capabilities = store.capabilities();
    assert_eq!(capabilities.durability, Durability::Machine);
    let limit = capabilities.state_bytes.unwrap();
    let err = store
        .save_snapshot(snapshot(2, limit + 1))
        .await
        .unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::TooLarge, "{err}");
    assert_eq!(store.snapshot(&actor("large")).await.unwrap(), None);
    let largest = snapshot(1, limit);
    store.save_snapshot(largest.clone()).await.unwrap();
    assert_eq!(
        store.snapshot(&actor("large")).await.unwrap(),
        Some(largest)
    );
    let limit = capabilities.commit_bytes.unwrap();
    let data = json!("x".repeat(limit - 500));
    let commit = Commit::new([Event::new("large", 1, "Grown", &data).unwrap()]).unwrap();
    store.append(commit).await.unwrap();
    assert_eq!(
        store.version(&actor("large")).await.unwrap(),
        Version::FIRST
    );
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_read_is_reported_and_can_be_replaced() {
    let server = NatsServer::shared().await;
    let options = JetStreamOptions::new().namespace("odd-snapshot".parse().unwrap());
    let store = options.connect(&server.url()).await.unwrap();
    assert_eq!(store.snapshot(&actor("large")).await.unwrap(), None);
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let subject = "aether.odd-snapshot.state.snapshot.large";
    let sent = context.publish(subject, "{".into()).await.unwrap();
    sent.await.unwrap();
    let err = store.snapshot(&actor("large")).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Corrupt);
    let said = "message 1 of the stream `aether_state-odd-snapshot` is no snapshot";
    assert_eq!(err.to_string(), said);
    store.save_snapshot(snapshot(1, 10)).await.unwrap();
    let kept = store.snapshot(&actor("large")).await.unwrap();
    assert_eq!(kept, Some(snapshot(1, 10)));
}

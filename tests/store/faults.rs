//! Servers that die, answers that are lost: nothing that was acknowledged may be.

use std::{pin::pin, time::Duration};

use aether::{
    ActorId, Commit, Event, EventStore, EventStoreExt as _, Position, Recorded, StoreErrorKind,
    Version,
    store::jetstream::{JetStreamEventStore, JetStreamOptions},
};
use aether_tests::harness::{NatsCluster, NatsServer, Proxy};
use async_nats::{ConnectOptions, jetstream};
use futures_util::{
    StreamExt as _,
    future::{join, join3},
};
use serde_json::json;
use tokio::{sync::mpsc, time::timeout};

use crate::fixture::{options, patient};

fn actor() -> ActorId {
    ActorId::new("faulty").unwrap()
}

fn commit(version: u64) -> Commit {
    let event = Event::new(actor(), version, "Counted", &json!({ "n": version })).unwrap();
    Commit::new([event]).unwrap()
}

/// Options that give up soon.
fn hasty() -> JetStreamOptions {
    let (attempt, patience) = (Duration::from_millis(300), Duration::from_millis(900));
    options().attempt_timeout(attempt).patience(patience)
}

/// Appends versions 1 to `count`.
async fn fill(store: &JetStreamEventStore, count: u64) -> Vec<Recorded> {
    let mut stored = Vec::new();
    for version in 1..=count {
        let commit = commit(version);
        let position = store.append(commit.clone()).await.unwrap().position;
        stored.push(Recorded { position, commit });
    }
    stored
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_lost_is_found_out() {
    let server = NatsServer::shared().await;
    let proxy = Proxy::of(&server.url()).await;
    let options = options().attempt_timeout(Duration::from_millis(300));
    let store = options.clone().connect(&proxy.url()).await.unwrap();
    let witness = options.connect(&server.url()).await.unwrap();
    let first = fill(&store, 1).await;
    let mut log = pin!(witness.follow(first[0].position));
    proxy.mute();
    let second = commit(2);
    let (receipt, seen) = join(store.append(second.clone()), async {
        let seen = log.next().await.unwrap().unwrap();
        proxy.cut();
        seen
    })
    .await;
    let receipt = receipt.unwrap();
    assert_eq!(
        (receipt.position, receipt.version),
        (seen.position, Version::new(2))
    );
    assert_eq!(seen.commit, second);
    let log = witness.log(Position::START).await.unwrap();
    assert_eq!(log, [first, vec![seen]].concat(), "stored once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_answer_the_commit_is_in_doubt_and_can_be_appended_again() {
    let server = NatsServer::shared().await;
    let proxy = Proxy::of(&server.url()).await;
    let options = hasty();
    let store = options.clone().connect(&proxy.url()).await.unwrap();
    let witness = options.connect(&server.url()).await.unwrap();
    fill(&store, 1).await;
    proxy.mute();
    let second = commit(2);
    let err = store.append(second.clone()).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::InDoubt, "{err}");
    let said = format!(
        "it is not known whether commit {}, events 2 to 2 of `faulty`, is stored; append the \
         very same commit again to know",
        second.id()
    );
    assert_eq!(err.to_string(), said);
    let receipt = witness.append(second.clone()).await.unwrap();
    let log = witness.log(Position::START).await.unwrap();
    assert_eq!(log.len(), 2, "stored once, though sent more than once");
    assert_eq!(log[1].commit, second);
    assert_eq!(log[1].position, receipt.position);
    // What was appended in doubt may come to be known as another's conflict, never as two.
    let conflict = witness.append(commit(2)).await.unwrap_err();
    assert_eq!(conflict.kind(), StoreErrorKind::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_is_away_nothing_is_stored_and_afterwards_all_is_there() {
    let mut server = NatsServer::start().await;
    let (lost, mut is_lost) = mpsc::unbounded_channel();
    let client = ConnectOptions::new().event_callback(move |event| {
        let told = lost.send(event);
        async move { drop(told) }
    });
    let client = client.connect(server.url()).await.unwrap();
    let store = hasty().open(client).await.unwrap();
    let mut stored = fill(&store, 50).await;
    let mut log = Box::pin(store.follow(stored[9].position));
    assert_eq!(log.next().await.unwrap().unwrap(), stored[10]);
    server.kill();
    while !matches!(is_lost.recv().await, Some(async_nats::Event::Disconnected)) {}
    let pending = commit(51);
    let err = store.append(pending.clone()).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{err}");
    assert!(err.to_string().starts_with("nothing was stored: "), "{err}");
    let err = store
        .version(&ActorId::new("unread").unwrap())
        .await
        .unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{err}");
    server.restart().await;
    while !matches!(is_lost.recv().await, Some(async_nats::Event::Connected)) {}
    assert_eq!(store.log(Position::START).await.unwrap(), stored);
    let position = store.append(pending.clone()).await.unwrap().position;
    let commit = pending;
    stored.push(Recorded { position, commit });
    assert_eq!(store.log(Position::START).await.unwrap(), stored);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_gives_up_in_its_time_however_long_it_was_quiet_before() {
    // After that long a follower takes trouble for new; there is nothing else to wait for.
    const QUIET: Duration = Duration::from_millis(10_500);
    let mut server = NatsServer::start().await;
    let store = hasty().connect(&server.url()).await.unwrap();
    fill(&store, 1).await;
    let mut log = Box::pin(store.follow(Position::START));
    log.next().await.unwrap().unwrap();
    assert!(
        timeout(QUIET, log.next()).await.is_err(),
        "there is no more"
    );
    server.kill();
    let next = timeout(Duration::from_secs(20), log.next()).await;
    let err = next.expect("it gives up").unwrap().unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_whose_consumer_is_deleted_makes_another_one() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    let stored = fill(&store, 4_000).await;
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let stream = context.get_stream(store.stream_name()).await.unwrap();
    let mut log = Box::pin(store.follow(stored[4].position));
    let mut deleted = 0;
    for (index, recorded) in stored.iter().enumerate().skip(5) {
        assert_eq!(log.next().await.unwrap().unwrap(), *recorded);
        // What was fetched ahead is still read after the consumer is gone.
        if index % 50 == 0 {
            let mut consumers = stream.consumer_names();
            while let Some(consumer) = consumers.next().await {
                stream.delete_consumer(&consumer.unwrap()).await.unwrap();
                deleted += 1;
            }
        }
    }
    assert!(deleted >= 2, "the follower never made another one");
    let next = commit(4_001);
    let (seen, receipt) = join(log.next(), store.append(next.clone())).await;
    assert_eq!(seen.unwrap().unwrap().position, receipt.unwrap().position);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_while_it_writes_loses_nothing_it_acknowledged() {
    let mut server = NatsServer::start().await;
    let store = options().connect(&server.url()).await.unwrap();
    let (progress, mut is_at) = mpsc::unbounded_channel();
    let write = async {
        let mut stored = Vec::new();
        for version in 1..=600 {
            let commit = commit(version);
            let receipt = store.append(commit.clone()).await.unwrap();
            let position = receipt.position;
            stored.push(Recorded { position, commit });
            progress.send(version).unwrap();
        }
        stored
    };
    let disturb = async {
        while let Some(version) = is_at.recv().await {
            match version {
                150 | 300 | 450 => server.restart().await,
                600 => return,
                _ => {}
            }
        }
    };
    let follow = async {
        let log = store.follow(Position::START);
        log.take(600).map(Result::unwrap).collect::<Vec<_>>().await
    };
    let (stored, (), followed) = join3(write, disturb, follow).await;
    assert_eq!(followed, stored);
    let events = store.events(&actor(), Version::NONE).await.unwrap();
    assert_eq!(events.len(), 600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_loses_one_server_after_the_other_loses_nothing() {
    let mut cluster = NatsCluster::start().await;
    let options = patient(options()).replicas(3);
    let store = options.connect(&cluster.urls().join(",")).await.unwrap();
    let (progress, mut is_at) = mpsc::unbounded_channel();
    let write = async {
        let mut stored = Vec::new();
        for version in 1..=400 {
            let commit = commit(version);
            let receipt = store.append(commit.clone()).await.unwrap();
            let position = receipt.position;
            stored.push(Recorded { position, commit });
            progress.send(version).unwrap();
        }
        stored
    };
    // One of the three is the stream's leader, and one of them ours to talk to.
    let disturb = async {
        while let Some(version) = is_at.recv().await {
            match version {
                100 => cluster.node(0).restart().await,
                200 => cluster.node(1).restart().await,
                300 => cluster.node(2).restart().await,
                400 => return,
                _ => {}
            }
        }
    };
    let follow = async {
        let log = store.follow(Position::START);
        log.take(400).map(Result::unwrap).collect::<Vec<_>>().await
    };
    let (stored, (), followed) = join3(write, disturb, follow).await;
    assert_eq!(followed, stored);
    assert_eq!(store.version(&actor()).await.unwrap(), Version::new(400));
    let events = store.events(&actor(), Version::NONE).await.unwrap();
    assert_eq!(events.len(), 400);
}

//! Streams that are deleted, made anew, purged or robbed of messages while a store uses them: each
//! is told, with its place where it has one, and nothing is passed over.

use std::time::Duration;

use aether::{
    ActorId, CheckpointStore as _, EventStore as _, EventStoreExt as _, JetStreamEventStore,
    Position, StoreError, StoreErrorKind, Version,
    store::jetstream::{JetStreamOptions, Risk},
};
use aether_tests::harness::NatsServer;
use async_nats::jetstream;
use futures_util::StreamExt as _;
use tokio::time::timeout;

use crate::{fixture::options, openings::event};

/// Far less than the patience, which is 15 seconds.
const SOON: Duration = Duration::from_secs(8);

fn actor(id: &str) -> ActorId {
    ActorId::new(id).unwrap()
}

async fn soon<T>(answer: impl Future<Output = T>) -> T {
    let answer = timeout(SOON, answer).await;
    answer.expect("what is lost is not waited for")
}

async fn context(server: &NatsServer) -> jetstream::Context {
    jetstream::new(async_nats::connect(server.url()).await.unwrap())
}

/// A store with `count` events of `a` on a stream from which messages can be deleted.
async fn robbable(server: &NatsServer, count: u64) -> (JetStreamOptions, JetStreamEventStore) {
    let options = options();
    let store = options.clone().connect(&server.url()).await.unwrap();
    let context = context(server).await;
    let mut stream = context.get_stream(store.stream_name()).await.unwrap();
    let mut config = stream.info().await.unwrap().config.clone();
    // A server never lets go of `deny_delete`: the stream is made anew.
    context.delete_stream(store.stream_name()).await.unwrap();
    config.deny_delete = false;
    config.deny_purge = false;
    context.create_stream(config).await.unwrap();
    let options = options.accepting(Risk::Deletion).accepting(Risk::Purge);
    let store = options.clone().connect(&server.url()).await.unwrap();
    for version in 1..=count {
        store.save(event("a", version)).await.unwrap();
    }
    (options, store)
}

async fn rob(server: &NatsServer, store: &JetStreamEventStore, sequence: u64) {
    let context = context(server).await;
    let stream = context.get_stream(store.stream_name()).await.unwrap();
    assert!(stream.delete_message(sequence).await.unwrap());
}

fn assert_lost(err: &StoreError, wanted: &str) {
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
    assert!(err.to_string().ends_with(wanted), "{err}");
}

fn assert_missing(err: &StoreError, position: u64) {
    assert_eq!(err.kind(), StoreErrorKind::Corrupt, "{err}");
    assert_eq!(err.position(), Some(Position::new(position)), "{err}");
}

#[tokio::test]
async fn a_stream_that_is_deleted_is_said_to_be_gone_by_whatever_is_asked_next() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    store.save(event("a", 1)).await.unwrap();
    let mut log = Box::pin(store.follow(Position::START));
    log.next().await.unwrap().unwrap();
    let context = context(&server).await;
    context.delete_stream(store.stream_name()).await.unwrap();
    let gone = "does not exist any more";
    assert_lost(&soon(log.next()).await.unwrap().unwrap_err(), gone);
    assert_lost(&soon(store.head()).await.unwrap_err(), gone);
    assert_lost(&soon(store.version(&actor("a"))).await.unwrap_err(), gone);
    assert_lost(&soon(store.version(&actor("b"))).await.unwrap_err(), gone);
    let read = soon(store.events(&actor("a"), Version::NONE)).await;
    assert_lost(&read.unwrap_err(), gone);
    let followed = soon(Box::pin(store.follow(Position::START)).next()).await;
    assert_lost(&followed.unwrap().unwrap_err(), gone);
    for (actor, version) in [("a", 2), ("b", 1)] {
        let err = soon(store.save(event(actor, version))).await.unwrap_err();
        assert_lost(&err, gone);
    }
}

#[tokio::test]
async fn a_stream_that_is_deleted_while_many_append_is_told_to_each() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    let append = |number: usize| {
        let store = store.clone();
        async move {
            let (name, mut version) = (format!("a{number}"), 0);
            loop {
                version += 1;
                if let Err(err) = store.save(event(&name, version)).await {
                    return (version, err);
                }
            }
        }
    };
    let delete = async {
        let mut log = Box::pin(store.follow(Position::START));
        while log.next().await.unwrap().unwrap().position < Position::new(200) {}
        let context = context(&server).await;
        context.delete_stream(store.stream_name()).await.unwrap();
    };
    let appends = futures_util::future::join_all((0..16).map(append));
    let (ends, ()) = timeout(4 * SOON, futures_util::future::join(appends, delete))
        .await
        .unwrap();
    for (_, err) in &ends {
        // What was on its way when the stream went may have been stored before.
        let known = [StoreErrorKind::Misconfigured, StoreErrorKind::InDoubt];
        assert!(known.contains(&err.kind()), "{err}");
    }
    assert!(
        ends.iter()
            .any(|(_, err)| err.kind() == StoreErrorKind::Misconfigured)
    );
}

#[tokio::test]
async fn a_stream_that_is_made_anew_is_not_taken_for_the_old_one() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    for version in 1..=3 {
        store.save(event("a", version)).await.unwrap();
    }
    let context = context(&server).await;
    let mut stream = context.get_stream(store.stream_name()).await.unwrap();
    let config = stream.info().await.unwrap().config.clone();
    let mut log = Box::pin(store.follow(Position::new(2)));
    log.next().await.unwrap().unwrap();
    context.delete_stream(store.stream_name()).await.unwrap();
    context.create_stream(config).await.unwrap();
    let another = "is another one than was opened";
    assert_lost(&soon(store.head()).await.unwrap_err(), another);
    assert_lost(&soon(store.save(event("a", 4))).await.unwrap_err(), another);
    assert_lost(
        &soon(store.version(&actor("a"))).await.unwrap_err(),
        another,
    );
    let read = soon(store.events(&actor("a"), Version::NONE)).await;
    assert_lost(&read.unwrap_err(), another);
    assert_lost(&soon(log.next()).await.unwrap().unwrap_err(), another);
}

#[tokio::test]
async fn a_stream_that_is_purged_is_told_with_the_first_place_that_is_missing() {
    let server = NatsServer::shared().await;
    let (options, store) = robbable(&server, 5).await;
    let mut log = Box::pin(store.follow(Position::new(3)));
    log.next().await.unwrap().unwrap();
    let context = context(&server).await;
    let stream = context.get_stream(store.stream_name()).await.unwrap();
    stream.purge().await.unwrap();
    let followed = soon(Box::pin(store.follow(Position::START)).next()).await;
    assert_missing(&followed.unwrap().unwrap_err(), 1);
    assert_missing(&soon(store.log(Position::new(2))).await.unwrap_err(), 3);
    assert_missing(&soon(store.version(&actor("a"))).await.unwrap_err(), 5);
    assert_missing(&soon(store.save(event("a", 6))).await.unwrap_err(), 5);
    // Who has forgotten, or never knew, finds the beginning of the log missing.
    let fresh = options.connect(&server.url()).await.unwrap();
    assert_missing(&soon(fresh.log(Position::START)).await.unwrap_err(), 1);
    assert_eq!(soon(fresh.log(Position::new(5))).await.unwrap(), []);
}

#[tokio::test]
async fn a_message_that_is_deleted_is_missed_by_who_reads_over_it_and_by_nobody_else() {
    let server = NatsServer::shared().await;
    let (options, store) = robbable(&server, 5).await;
    store.save(event("b", 1)).await.unwrap();
    rob(&server, &store, 3).await;
    let fresh = options.connect(&server.url()).await.unwrap();
    for store in [&store, &fresh] {
        let mut log = Box::pin(store.follow(Position::START));
        for version in [1, 2] {
            let recorded = log.next().await.unwrap().unwrap();
            assert_eq!(recorded.commit.version(), Version::new(version));
        }
        assert_missing(&soon(log.next()).await.unwrap().unwrap_err(), 3);
        assert_eq!(store.log(Position::new(3)).await.unwrap().len(), 3);
        let read = store.events(&actor("a"), Version::NONE).await;
        assert_missing(&read.unwrap_err(), 4);
        assert_eq!(
            store
                .events(&actor("b"), Version::NONE)
                .await
                .unwrap()
                .len(),
            1
        );
    }
}

#[tokio::test]
async fn the_last_message_that_is_deleted_is_missed_as_well() {
    let server = NatsServer::shared().await;
    let (options, store) = robbable(&server, 5).await;
    rob(&server, &store, 5).await;
    let fresh = options.connect(&server.url()).await.unwrap();
    for store in [&store, &fresh] {
        assert_missing(&soon(store.log(Position::START)).await.unwrap_err(), 5);
        assert_missing(&soon(store.log(Position::new(4))).await.unwrap_err(), 5);
    }
    // The store that stored it knows that the actor was further.
    assert_missing(&soon(store.version(&actor("a"))).await.unwrap_err(), 5);
    assert_missing(&soon(store.save(event("a", 6))).await.unwrap_err(), 5);
}

#[tokio::test]
async fn a_stream_of_states_that_is_deleted_is_said_to_be_gone() {
    let server = NatsServer::shared().await;
    let namespace = "states-are-lost";
    let options = JetStreamOptions::new().namespace(namespace.parse().unwrap());
    let store = options.connect(&server.url()).await.unwrap();
    let saved = store.save_checkpoint("reader", Position::new(1).into());
    saved.await.unwrap();
    let context = context(&server).await;
    let name = format!("aether_state-{namespace}");
    context.delete_stream(&name).await.unwrap();
    let err = soon(store.checkpoint("reader")).await.unwrap_err();
    assert_lost(&err, &format!("the stream `{name}` is gone"));
}

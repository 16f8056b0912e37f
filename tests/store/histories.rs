//! Histories that are too long for one answer.

use std::time::Duration;

use aether::{
    ActorId, Commit, Event, EventStore as _, EventStoreExt as _, Position, Version,
    store::jetstream::{JetStreamEventStore, JetStreamOptions},
};
use aether_tests::harness::{NatsCluster, NatsServer};
use async_nats::jetstream;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use serde_json::json;
use tokio::time::timeout;

use crate::fixture::{options, patient};

fn actor() -> ActorId {
    ActorId::new("long").unwrap()
}

/// Appends events 1 to `count`, each of so many bytes as `size` says.
async fn fill(store: &JetStreamEventStore, count: u64, size: impl Fn(u64) -> usize) {
    for version in 1..=count {
        let data = json!("x".repeat(size(version)));
        let event = Event::new(actor(), version, "Grown", &data).unwrap();
        store.append(Commit::new([event]).unwrap()).await.unwrap();
    }
}

/// Reads all of a history, and says how many commits each page had.
async fn pages(store: &JetStreamEventStore) -> Vec<usize> {
    let (mut pages, mut after) = (Vec::new(), Version::NONE);
    loop {
        let page = store.read(&actor(), after).await.unwrap();
        for recorded in &page.commits {
            assert_eq!(recorded.commit.expected(), after);
            after = recorded.commit.version();
        }
        pages.push(page.commits.len());
        if !page.more {
            return pages;
        }
    }
}

async fn reader(server: &NatsServer, options: JetStreamOptions) -> JetStreamEventStore {
    options.connect(&server.url()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_history_is_read_in_pages_bounded_by_bytes() {
    let server = NatsServer::shared().await;
    let options = options();
    let store = reader(&server, options.clone()).await;
    fill(&store, 1_000, |_| 1_000).await;
    let stores = [store, reader(&server, options.clone()).await];
    for store in stores {
        assert_eq!(pages(&store).await, [1_000]);
    }
    let store = reader(&server, options.page_bytes(400_000)).await;
    let pages = pages(&store).await;
    assert_eq!(pages.iter().sum::<usize>(), 1_000);
    assert!(pages.len() >= 3, "{pages:?}");
    let (_, full) = pages.split_last().unwrap();
    assert!(
        full.iter().all(|page| (128..=410).contains(page)),
        "{pages:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_larger_than_a_page_are_read_one_by_one() {
    let server = NatsServer::shared().await;
    let options = options().page_bytes(5_000);
    let store = reader(&server, options.clone()).await;
    fill(
        &store,
        600,
        |version| if version % 100 == 0 { 9_000 } else { 10 },
    )
    .await;
    let stores = [store, reader(&server, options).await];
    for store in stores {
        let pages = pages(&store).await;
        assert_eq!(pages.iter().sum::<usize>(), 600, "{pages:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_that_is_gone_on_with_has_what_was_appended_meanwhile() {
    let server = NatsServer::shared().await;
    let options = options().page_bytes(100_000);
    let store = reader(&server, options.clone()).await;
    fill(&store, 300, |_| 1_000).await;
    let fresh = reader(&server, options).await;
    let first = fresh.read(&actor(), Version::NONE).await.unwrap();
    assert!(first.more);
    let added = Event::new(actor(), 301, "Grown", &json!("more")).unwrap();
    store.append(Commit::new([added]).unwrap()).await.unwrap();
    let mut after = first.commits.last().unwrap().commit.version();
    loop {
        let page = fresh.read(&actor(), after).await.unwrap();
        after = page.commits.last().map_or(after, |it| it.commit.version());
        if !page.more {
            break;
        }
    }
    assert_eq!(after, Version::new(301));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_loses_nothing_and_is_not_sent_more_than_it_can_hold() {
    const COMMITS: u64 = 20_000;
    const AHEAD: u64 = 8_192;
    let server = NatsServer::shared().await;
    let store = reader(&server, options()).await;
    let append = |number: u64| {
        let event = Event::new(format!("a{number}"), 1, "Counted", &number).unwrap();
        let append = store.append(Commit::new([event]).unwrap());
        append.map(|stored| assert!(stored.is_ok()))
    };
    stream::iter(0..COMMITS)
        .for_each_concurrent(256, append)
        .await;
    let mut log = Box::pin(store.follow(Position::START));
    log.next().await.unwrap().unwrap();
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let context = context.get_stream(store.stream_name()).await.unwrap();
    let sent = async || {
        let consumer = context.consumers().next().await.unwrap().unwrap();
        consumer.delivered.consumer_sequence
    };
    let begun = async { while sent().await < 1_000 {} };
    timeout(Duration::from_secs(20), begun).await.unwrap();
    // Without a bound it would be sent everything while it is asked so often.
    for _ in 0..1_000 {
        assert!(sent().await <= AHEAD);
    }
    for position in 2..=COMMITS {
        let recorded = log.next().await.unwrap().unwrap();
        assert_eq!(recorded.position, Position::new(position));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_leaves_no_consumer_behind() {
    let server = NatsServer::shared().await;
    let store = reader(&server, options().page_bytes(100_000)).await;
    fill(&store, 600, |_| 1_000).await;
    let events = store.events(&actor(), Version::NONE).await.unwrap();
    assert_eq!(events.len(), 600);
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let stream = context.get_stream(store.stream_name()).await.unwrap();
    let deleted = async { while stream.consumer_names().next().await.is_some() {} };
    // Sooner than the server forgets one that is not deleted.
    let deleted = timeout(Duration::from_secs(5), deleted).await;
    deleted.expect("the consumers are deleted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_history_is_read_from_a_replica_that_is_alone() {
    let mut cluster = NatsCluster::start().await;
    let (urls, options) = (cluster.urls(), patient(options()).replicas(3));
    let store = options.clone().connect(&urls.join(",")).await.unwrap();
    fill(&store, 400, |_| 10).await;
    let leader = leader(&store, &urls).await;
    let reader = options.connect(&urls[leader]).await.unwrap();
    for other in (0..urls.len()).filter(|it| *it != leader) {
        cluster.node(other).kill();
    }
    let read = timeout(Duration::from_secs(20), pages(&reader)).await;
    let read = read.expect("it needs no consumer, which nobody can make");
    assert_eq!(read.iter().sum::<usize>(), 400);
}

/// Which of the servers leads the stream of a store.
async fn leader(store: &JetStreamEventStore, urls: &[String]) -> usize {
    let client = async_nats::connect(urls).await.unwrap();
    let stream = jetstream::new(client).get_stream(store.stream_name()).await;
    let cluster = stream.unwrap().cached_info().cluster.clone();
    let leader = cluster.unwrap().leader.unwrap();
    NatsCluster::named(&leader).unwrap()
}

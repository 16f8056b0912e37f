//! Worker processes that are killed (-9) and frozen.

use std::{collections::BTreeSet, path::Path, process::Command, time::Duration};

use aether::DynEventStore;
use aether_tests::{
    crash::{
        Writer,
        tally::{fill, open, subscription},
    },
    harness::NatsServer,
};
use tokio::time::timeout;

use crate::stores::{counts, until_counted};

fn subscriber(url: &str) -> Writer {
    Writer::start_at(Path::new(env!("CARGO_BIN_EXE_subscriber")), url)
}

fn signal(process: &Writer, name: &str) {
    let id = process.id().unwrap().to_string();
    let sent = Command::new("kill").args(["-s", name, &id]).status();
    assert!(sent.unwrap().success());
}

/// Reads what a process has taken, until it has taken so much.
async fn taken(process: &mut Writer, count: usize) -> Vec<String> {
    let mut lines = Vec::new();
    while lines.len() < count {
        lines.push(process.line().await.unwrap());
    }
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_worker_that_is_killed_every_commit_is_handled_and_counted_once() {
    let server = NatsServer::start().await;
    let store = open(&server.url()).await.unwrap();
    let subscription = subscription(DynEventStore::new(store.clone()));
    let (mut one, mut other) = (subscriber(&server.url()), subscriber(&server.url()));
    fill(&store, 40, 1..=5).await.unwrap();
    let before = tokio::join!(taken(&mut one, 20), taken(&mut other, 20));
    assert!(before.0.iter().all(|line| !line.is_empty()));
    let (filled, ()) = tokio::join!(fill(&store, 40, 6..=20), async {
        taken(&mut one, 30).await;
        one.kill_unheard().await;
    });
    filled.unwrap();
    let all = timeout(Duration::from_mins(1), until_counted(&subscription, 800));
    all.await.unwrap();
    let counted = counts(&subscription).await;
    assert_eq!(counted.len(), 40);
    assert!(counted.values().all(|count| *count == 20), "{counted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_was_frozen_changes_nothing_when_it_wakes() {
    let server = NatsServer::start().await;
    let store = open(&server.url()).await.unwrap();
    let subscription = subscription(DynEventStore::new(store.clone()));
    let mut frozen = subscriber(&server.url());
    fill(&store, 20, 1..=10).await.unwrap();
    taken(&mut frozen, 50).await;
    signal(&frozen, "STOP");
    let _other = subscriber(&server.url());
    let all = timeout(Duration::from_mins(1), until_counted(&subscription, 200));
    all.await.unwrap();
    let tokens = |progress: aether::subscription::Progress| {
        let owners = progress.partitions.into_iter().map(|it| it.worker);
        owners.collect::<BTreeSet<_>>()
    };
    let before = tokens(subscription.progress().await.unwrap());
    assert_eq!(before.len(), 1);
    signal(&frozen, "CONT");
    // It comes back as a worker among others, and what it had not kept is gone.
    fill(&store, 20, 11..=20).await.unwrap();
    let all = timeout(Duration::from_mins(1), until_counted(&subscription, 400));
    all.await.unwrap();
    assert!(
        counts(&subscription)
            .await
            .values()
            .all(|count| *count == 20)
    );
}

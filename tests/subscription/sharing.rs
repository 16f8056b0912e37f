//! Workers that share the work, and those who tell them what to do.

use std::{collections::BTreeSet, time::Duration};

use aether::{
    DynEventStore, EventStore as _,
    subscription::{Start, Subscription, SubscriptionError},
};
use aether_tests::crash::tally::{Tally, fill, subscription};
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};

use crate::stores::{counts, on_each, until_counted};

/// A worker of its own, until the sender is dropped.
fn worker(
    subscription: &Subscription<DynEventStore>,
) -> (
    oneshot::Sender<()>,
    JoinHandle<Result<u64, SubscriptionError>>,
) {
    let (end, ends) = oneshot::channel();
    let subscription = subscription.clone();
    let work = async move {
        let mut tally = Tally::default();
        let until = async { _ = ends.await };
        subscription.run(&mut tally, until).await?;
        Ok(tally.taken)
    };
    (end, tokio::spawn(work))
}

/// Waits until the partitions are with so many workers, none of them with nobody.
async fn until_shared(subscription: &Subscription<DynEventStore>, workers: usize) {
    loop {
        if let Ok(progress) = subscription.progress().await {
            let owners = progress.partitions.iter().map(|it| it.worker.clone());
            let owners: BTreeSet<_> = owners.collect();
            if owners.len() == workers && !owners.contains(&None) {
                return;
            }
        }
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_come_and_go_share_the_partitions() {
    on_each(async |store| {
        let subscription = subscription(store.clone());
        let (end_first, first) = worker(&subscription);
        until_shared(&subscription, 1).await;
        fill(&store, 20, 1..=3).await.unwrap();
        until_counted(&subscription, 60).await;
        let (end_second, second) = worker(&subscription);
        until_shared(&subscription, 2).await;
        fill(&store, 20, 4..=6).await.unwrap();
        until_counted(&subscription, 120).await;
        drop(end_first);
        let by_first = first.await.unwrap().unwrap();
        until_shared(&subscription, 1).await;
        fill(&store, 20, 7..=9).await.unwrap();
        until_counted(&subscription, 180).await;
        drop(end_second);
        let by_second = second.await.unwrap().unwrap();
        assert!(
            by_first > 60 && by_second > 60,
            "{by_first} and {by_second}"
        );
        assert_eq!(by_first + by_second, 180, "nothing is given twice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_work_of_a_worker_that_is_gone_is_taken_over() {
    on_each(async |store| {
        let subscription = subscription(store.clone());
        let (_end_first, first) = worker(&subscription);
        let (_end_second, second) = worker(&subscription);
        until_shared(&subscription, 2).await;
        let (gone, filled) = (first, fill(&store, 20, 1..=10));
        let ((), filled) = tokio::join!(
            async {
                sleep(Duration::from_millis(30)).await;
                gone.abort();
            },
            filled
        );
        filled.unwrap();
        until_counted(&subscription, 200).await;
        until_shared(&subscription, 1).await;
        assert!(!second.is_finished());
        assert!(
            counts(&subscription)
                .await
                .values()
                .all(|count| *count == 10)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_paused_goes_on_and_is_rewound() {
    on_each(async |store| {
        let subscription = subscription(store.clone());
        let (_end, work) = worker(&subscription);
        fill(&store, 5, 1..=4).await.unwrap();
        until_counted(&subscription, 20).await;

        subscription.pause().await.unwrap();
        assert!(subscription.progress().await.unwrap().paused);
        // Each worker hears of it within a quarter of the lease.
        sleep(Duration::from_millis(400)).await;
        fill(&store, 5, 5..=6).await.unwrap();
        sleep(Duration::from_millis(200)).await;
        assert_eq!(counts(&subscription).await.values().sum::<u64>(), 20);
        subscription.resume().await.unwrap();
        until_counted(&subscription, 30).await;

        subscription.rewind(Start::Beginning).await.unwrap();
        until_counted(&subscription, 30).await;
        assert!(!work.is_finished());
        let progress = subscription.progress().await.unwrap();
        assert!(progress.position() <= store.head().await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_removed_is_gone_and_its_workers_end() {
    on_each(async |store| {
        fill(&store, 5, 1..=4).await.unwrap();
        let subscription = subscription(store.clone());
        let (end, work) = worker(&subscription);
        until_counted(&subscription, 20).await;
        subscription.remove().await.unwrap();
        let answer = work.await.unwrap();
        assert!(
            matches!(answer, Err(SubscriptionError::Absent { .. })),
            "{answer:?}"
        );
        drop(end);
        let answer = subscription.progress().await;
        assert!(
            matches!(answer, Err(SubscriptionError::Absent { .. })),
            "{answer:?}"
        );
        // It begins anew, as if it had never been there.
        let mut tally = Tally::default();
        let until = until_counted(&subscription, 20);
        subscription.run(&mut tally, until).await.unwrap();
        assert_eq!(tally.taken, 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_commit_does_not_cost_the_lease() {
    on_each(async |store| {
        fill(&store, 1, 1..=2).await.unwrap();
        let subscription = subscription(store.clone());
        let mut slow = Tally {
            pause: Duration::from_secs(2),
            ..Tally::default()
        };
        let (_end, other) = worker(&subscription);
        until_counted(&subscription, 2).await;
        other.abort();
        fill(&store, 1, 3..=3).await.unwrap();
        let until = until_counted(&subscription, 3);
        let answer: Result<(), SubscriptionError> = subscription.run(&mut slow, until).await;
        assert!(answer.is_ok(), "{answer:?}");
        assert_eq!(slow.taken, 1, "nobody has taken it over meanwhile");
    })
    .await;
}

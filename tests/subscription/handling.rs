//! What one worker is given, and what is kept.

use std::{convert::Infallible, time::Duration};

use aether::{
    Clock as _, DynEventStore, EventStore as _, Recorded, SystemClock,
    store::Filter,
    subscription::{Progress, Start, Subscriber, Subscription, SubscriptionError},
};
use aether_tests::crash::tally::{Counts, Tally, Wrong, fill, subscription};
use tokio::time::sleep;

use crate::stores::{counts, on_each, until_counted};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_commit_is_counted_once_over_several_runs() {
    on_each(async |store| {
        let subscription = subscription(store.clone()).checkpoint_every(7);
        for round in 1..=3 {
            fill(&store, 10, 10 * round - 9..=10 * round).await.unwrap();
            let mut tally = Tally::default();
            let until = until_counted(&subscription, 100 * round);
            subscription.run(&mut tally, until).await.unwrap();
            assert_eq!(
                tally.taken, 100,
                "nothing is given again after a proper end"
            );
        }
        let progress = subscription.progress().await.unwrap();
        assert_eq!(progress.position(), store.head().await.unwrap());
        assert_eq!(progress.workers, [""; 0]);
        assert!(progress.partitions.iter().all(|it| it.worker.is_none()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_failed_attempt_has_changed_is_not_kept() {
    on_each(async |store| {
        fill(&store, 3, 1..=20).await.unwrap();
        let subscription = subscription(store).attempts(10);
        let mut tally = Tally {
            failures: 3,
            ..Tally::default()
        };
        let until = until_counted(&subscription, 60);
        subscription.run(&mut tally, until).await.unwrap();
        assert!(tally.taken >= 63, "{} were given", tally.taken);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_too_often_ends_the_worker_and_is_not_skipped() {
    on_each(async |store| {
        fill(&store, 1, 1..=5).await.unwrap();
        let subscription = subscription(store).attempts(3);
        let mut tally = Tally {
            failures: u32::MAX,
            ..Tally::default()
        };
        let answer = subscription.run(&mut tally, std::future::pending()).await;
        let Err(SubscriptionError::Failed {
            position,
            attempts,
            source,
        }) = answer
        else {
            panic!("{answer:?}");
        };
        assert_eq!((position.as_u64(), attempts), (1, 3));
        assert!(
            matches!(source.downcast_ref(), Some(Wrong::AsTold)),
            "{source}"
        );
        assert_eq!(counts(&subscription).await, Counts::new());
        tally.failures = 0;
        let until = until_counted(&subscription, 5);
        subscription.run(&mut tally, until).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_begins_where_it_is_told_and_gives_what_is_wanted() {
    on_each(async |store| {
        fill(&store, 2, 1..=3).await.unwrap();
        let middle = SystemClock.now();
        let head = store.head().await.unwrap();
        fill(&store, 2, 4..=4).await.unwrap();
        for (name, start, wanted) in [
            ("beginning", Start::Beginning, 8),
            ("after", Start::After(head), 2),
            ("at", Start::At(middle), 2),
            ("now", Start::Now, 0),
        ] {
            let named = Subscription::new(store.clone(), name);
            let mut seen = Seen::default();
            let begun = named.clone().starting(start);
            begun.run(&mut seen, at_end(&store, &named)).await.unwrap();
            assert_eq!(seen.0, wanted, "{name}");
        }
        let filter = Filter::new().actors("Actor.1".parse().unwrap());
        let one = Subscription::new(store.clone(), "one").filter(filter);
        let mut seen = Seen::default();
        one.run(&mut seen, at_end(&store, &one)).await.unwrap();
        assert_eq!(seen.0, 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_keeps_its_number_of_partitions() {
    on_each(async |store| {
        let four = subscription(store);
        four.run(&mut Tally::default(), async {}).await.unwrap();
        let five = four.clone().partitions(5);
        let answer = five
            .run(&mut Tally::default(), std::future::pending())
            .await;
        let wanted = SubscriptionError::Partitions {
            there: 4,
            wanted: 5,
        };
        assert_eq!(answer.unwrap_err().to_string(), wanted.to_string());
    })
    .await;
}

/// Waits until a subscription has come to the end of the log.
async fn at_end(store: &DynEventStore, subscription: &Subscription<DynEventStore>) {
    let end = store.head().await.unwrap();
    let is_there = |progress: Progress| progress.position() >= end;
    while !subscription.progress().await.is_ok_and(is_there) {
        sleep(Duration::from_millis(10)).await;
    }
}

/// Counts what it is given.
#[derive(Default)]
struct Seen(u64);

impl Subscriber for Seen {
    type State = ();
    type Error = Infallible;

    async fn take(&mut self, (): &mut (), _: &Recorded) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }
}

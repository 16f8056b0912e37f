//! Every store, by its name, and how a subscription's counts are read from it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use aether::{
    DynEventStore, EmbeddedEventStore, InMemoryEventStore, JetStreamOptions, Namespace,
    subscription::Subscription,
};
use aether_tests::{crash::tally::Counts, harness::NatsServer};
use tokio::time::sleep;

/// Runs a test on each store.
pub(crate) async fn on_each<F: Future<Output = ()>>(test: impl Fn(DynEventStore) -> F) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    test(DynEventStore::new(InMemoryEventStore::new())).await;
    let folder = tempfile::tempdir().unwrap();
    let embedded = EmbeddedEventStore::open(folder.path()).await.unwrap();
    test(DynEventStore::new(embedded)).await;
    let server = NatsServer::shared().await;
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let namespace = Namespace::new(format!("subscribed {number}")).unwrap();
    let options = JetStreamOptions::new().namespace(namespace);
    let nats = options.connect(&server.url()).await.unwrap();
    test(DynEventStore::new(nats)).await;
}

/// What all partitions have made of the log. Panics if two have counted the same actor.
pub(crate) async fn counts(subscription: &Subscription<DynEventStore>) -> Counts {
    let mut all = Counts::new();
    for counts in subscription.states::<Counts>().await.unwrap_or_default() {
        for (actor, count) in counts {
            assert_eq!(
                all.insert(actor.clone(), count),
                None,
                "{actor} has one partition"
            );
        }
    }
    all
}

/// Waits until so many commits are counted, and no more.
pub(crate) async fn until_counted(subscription: &Subscription<DynEventStore>, wanted: u64) {
    loop {
        let counted: u64 = counts(subscription).await.values().sum();
        assert!(counted <= wanted, "{counted} of {wanted} are counted");
        if counted == wanted {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

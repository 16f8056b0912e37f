//! Stores on real servers.

use std::{
    process,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aether::{
    Namespace,
    store::{
        conformance::Guarded,
        jetstream::{JetStreamEventStore, JetStreamOptions},
    },
};
use aether_tests::harness::{NatsCluster, NatsServer};

/// A namespace that nobody else has.
pub(crate) fn fresh() -> Namespace {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Namespace::new(format!("test {}.{number}", process::id())).unwrap()
}

/// For a cluster, where an election takes seconds.
pub(crate) fn patient(options: JetStreamOptions) -> JetStreamOptions {
    options.patience(Duration::from_secs(30))
}

pub(crate) fn options() -> JetStreamOptions {
    JetStreamOptions::new().namespace(fresh())
}

/// A store on a server that all tests share.
pub(crate) async fn single() -> Guarded<JetStreamEventStore, Arc<NatsServer>> {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    Guarded::new(store, server)
}

/// A store with three replicas, on a cluster that all tests share.
pub(crate) async fn replicated() -> Guarded<JetStreamEventStore, Arc<NatsCluster>> {
    let cluster = NatsCluster::shared().await;
    let options = patient(options()).replicas(3);
    let store = options.connect(&cluster.urls().join(",")).await.unwrap();
    Guarded::new(store, cluster)
}

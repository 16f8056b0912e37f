//! Buses on real servers.

use std::sync::Arc;

use aether::{
    Commit, Event, Namespace, Position,
    bus::{
        EventStored,
        conformance::Nodes,
        nats::{NatsBusOptions, NatsEventBus},
    },
};
use aether_tests::harness::{NatsCluster, NatsServer};

/// Small, so that it is soon reached.
pub(crate) const CAPACITY: usize = 256;

pub(crate) async fn bus(url: &str) -> NatsEventBus {
    let options = NatsBusOptions::new().capacity(CAPACITY);
    options.connect(url).await.unwrap()
}

/// A commit of one event in the default namespace.
pub(crate) fn notice(version: u64) -> Arc<EventStored> {
    let event = Event::new("a", version, "Counted", &version).unwrap();
    Arc::new(EventStored {
        namespace: Namespace::default(),
        position: Position::new(version),
        commit: Commit::new([event]).unwrap(),
    })
}

/// Two buses on one server.
pub(crate) async fn two() -> Nodes<NatsEventBus, Arc<NatsServer>> {
    let server = NatsServer::shared().await;
    let url = server.url();
    Nodes::new(vec![bus(&url).await, bus(&url).await], server)
}

/// A bus on each of three servers.
pub(crate) async fn three() -> Nodes<NatsEventBus, Arc<NatsCluster>> {
    let cluster = NatsCluster::shared().await;
    let mut buses = Vec::new();
    for url in cluster.urls() {
        buses.push(bus(&url).await);
    }
    Nodes::new(buses, cluster)
}

use aether::{
    InMemoryEventStore,
    bus::{EventBroadcaster, LocalEventBus, conformance::Nodes},
    bus_conformance, checkpoint_conformance, snapshot_conformance, store_conformance,
    transaction_conformance,
};

use crate::fixture::{CAPACITY, three, two};

bus_conformance!(local, async || Nodes::new(
    vec![LocalEventBus::with_capacity(CAPACITY)],
    ()
));
bus_conformance!(nats, two);
bus_conformance!(nats_cluster, three);

fn broadcasting() -> EventBroadcaster<InMemoryEventStore, LocalEventBus> {
    EventBroadcaster::new(InMemoryEventStore::new(), LocalEventBus::new())
}

store_conformance!(broadcaster, async || broadcasting());
checkpoint_conformance!(broadcaster_checkpoints, async || broadcasting());
snapshot_conformance!(broadcaster_snapshots, async || broadcasting());
transaction_conformance!(broadcaster_transactions, async || broadcasting());

use aether::{
    DynEventStore, InMemoryEventStore, checkpoint_conformance, snapshot_conformance,
    store_conformance, transaction_conformance,
};

use crate::fixture::{replicated, single};

store_conformance!(memory, async || InMemoryEventStore::new());
store_conformance!(
    boxed,
    async || DynEventStore::new(InMemoryEventStore::new())
);
store_conformance!(nats, single);
store_conformance!(nats_cluster, replicated);

checkpoint_conformance!(memory_checkpoints, async || InMemoryEventStore::new());
checkpoint_conformance!(boxed_checkpoints, async || DynEventStore::new(
    InMemoryEventStore::new()
));
checkpoint_conformance!(nats_checkpoints, single);
checkpoint_conformance!(nats_cluster_checkpoints, replicated);

snapshot_conformance!(memory_snapshots, async || InMemoryEventStore::new());
snapshot_conformance!(boxed_snapshots, async || DynEventStore::new(
    InMemoryEventStore::new()
));
snapshot_conformance!(nats_snapshots, single);
snapshot_conformance!(nats_cluster_snapshots, replicated);

transaction_conformance!(memory_transactions, async || InMemoryEventStore::new());
transaction_conformance!(boxed_transactions, async || DynEventStore::new(
    InMemoryEventStore::new()
));
transaction_conformance!(nats_transactions, single);
transaction_conformance!(nats_cluster_transactions, replicated);

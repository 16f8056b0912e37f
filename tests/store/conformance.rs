use aether::{DynEventStore, InMemoryEventStore, checkpoint_conformance, store_conformance};

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

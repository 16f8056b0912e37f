use aether::{DynEventStore, InMemoryEventStore, store_conformance};

use crate::fixture::{replicated, single};

store_conformance!(memory, async || InMemoryEventStore::new());
store_conformance!(
    boxed,
    async || DynEventStore::new(InMemoryEventStore::new())
);
store_conformance!(nats, single);
store_conformance!(nats_cluster, replicated);

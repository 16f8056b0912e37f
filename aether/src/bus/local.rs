use std::sync::Arc;

use super::{
    BusError, BusStatus, DEFAULT_CAPACITY, EventBus, EventStored, Notices, SubscriptionFilter,
    hub::Hub, status::Counts,
};
use crate::Namespace;

/// Tells subscribers in the same process.
///
/// Clones share the bus; when the last one goes, it is closed.
///
/// ```
/// use std::sync::Arc;
///
/// use aether::{
///     Event, EventStoreExt, InMemoryEventStore, Namespace,
///     bus::{EventBroadcaster, EventBus, LocalEventBus, SubscriptionFilter, Told},
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let bus = LocalEventBus::new();
/// let mut notices = bus.subscribe(SubscriptionFilter::of(Namespace::default())).await?;
///
/// let store = EventBroadcaster::new(InMemoryEventStore::new(), bus);
/// store.save(Event::new("order-123", 1, "OrderPlaced", &())?).await?;
///
/// let Some(Told::Stored(notice)) = notices.next().await else { panic!("it was told") };
/// assert_eq!(notice.commit.actor_id().as_str(), "order-123");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct LocalEventBus(Arc<Owner>);

/// Closes the hub when the last handle of the bus goes.
#[derive(Debug)]
struct Owner {
    hub: Arc<Hub>,
    counts: Arc<Counts>,
}

impl LocalEventBus {
    /// A bus that keeps 1,024 notices for a subscriber that does not read.
    pub fn new() -> Self {
        Self::with_capacity(DEFAULT_CAPACITY)
    }

    /// A bus that keeps so many notices for a subscriber that does not read; at least one.
    pub fn with_capacity(capacity: usize) -> Self {
        let counts = Arc::<Counts>::default();
        let hub = Hub::new(capacity, Arc::clone(&counts));
        Self(Arc::new(Owner { hub, counts }))
    }

    fn hub(&self) -> &Arc<Hub> {
        &self.0.hub
    }
}

impl Default for LocalEventBus {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.hub.close();
    }
}

impl EventBus for LocalEventBus {
    fn capacity(&self) -> usize {
        self.hub().capacity()
    }

    fn publish(&self, notice: Arc<EventStored>) -> Result<(), BusError> {
        let is_open = self.hub().deliver(&notice);
        Counts::add(&self.0.counts.published, u64::from(is_open));
        is_open.then_some(()).ok_or_else(BusError::closed)
    }

    fn publish_missed(&self, namespace: &Namespace, count: u64) -> Result<(), BusError> {
        let is_open = self.hub().miss(namespace, count);
        is_open.then_some(()).ok_or_else(BusError::closed)
    }

    async fn subscribe(&self, filter: SubscriptionFilter) -> Result<Notices, BusError> {
        self.hub().subscribe(filter)
    }

    async fn flush(&self) -> Result<(), BusError> {
        let is_open = !self.hub().is_closed();
        is_open.then_some(()).ok_or_else(BusError::closed)
    }

    fn status(&self) -> BusStatus {
        self.0.counts.status(self.hub().subscribers())
    }

    async fn close(&self) {
        self.hub().close();
    }
}

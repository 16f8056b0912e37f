//! Tells whoever listens what was stored, as it happens.
//!
//! [`EventBus`] is the seam: [`LocalEventBus`] tells those in one process, `NatsEventBus`
//! (feature `nats`) those in many, `SimulatedEventBus` (feature `simulation`) those of simulated
//! nodes. [`EventBroadcaster`] is a wrapper around any store that tells a
//! bus of each commit. What a bus promises is written at [`EventBus`], and each promise is a case
//! of `conformance` (feature `testing`), which every implementation runs.
//!
//! A bus is quick and keeps nothing: it is for pages that show what happens, and for caches that
//! are to be dropped. Whatever must not miss anything reads the log, by
//! [`EventStore::follow`](crate::EventStore::follow) or a `Subscription` (feature `runtime`). What
//! a bus loses it counts and tells, so that a subscriber knows when to look there.
//!
//! Nothing here knows of domain types, or of how a store keeps what it keeps.

mod broadcaster;
#[cfg(feature = "testing")]
pub mod conformance;
mod error;
mod event_stored;
mod filter;
mod flights;
mod hub;
mod local;
mod mailbox;
mod namespace_pattern;
#[cfg(feature = "nats")]
pub mod nats;
mod notices;
#[cfg(feature = "simulation")]
mod simulated;
mod status;
mod told;

use std::{future::Future, sync::Arc};

#[cfg(feature = "simulation")]
pub use self::simulated::SimulatedEventBus;
#[cfg(feature = "simulation")]
pub(crate) use self::simulated::{Exchange, Way};
pub use self::{
    broadcaster::EventBroadcaster,
    error::{BusError, BusErrorKind},
    event_stored::EventStored,
    filter::SubscriptionFilter,
    local::LocalEventBus,
    namespace_pattern::NamespacePattern,
    notices::Notices,
    status::BusStatus,
    told::Told,
};
use crate::Namespace;

/// How many notices a bus keeps for a subscriber that does not read, if nothing else is said.
pub const DEFAULT_CAPACITY: usize = 1_024;

/// Tells subscribers of commits, in the process or across many.
///
/// # What every bus promises
/// - *A subscription is live when it is made.* Whatever is published after [`EventBus::subscribe`]
///   has returned is delivered, wherever it is published.
/// - *What is published is delivered once* to each subscription that wants it, on the bus that
///   published it and on all others.
/// - *The order of an actor is kept.* What one bus publishes of an actor is delivered in the order
///   in which it was published.
/// - *Publishing never waits.* A subscriber that does not read holds up nobody.
/// - *Nothing is lost below the capacity.* At least [`EventBus::capacity`] notices are kept for a
///   subscriber that does not read; at most twice as many, and one copy of each for all of them.
/// - *Every loss is counted and told.* A subscriber is told how many notices it has missed, at the
///   place where they are missing.
/// - *The end is told.* When the bus is closed, each subscription ends after what was delivered.
///
/// The trait is implemented with `async fn`.
pub trait EventBus: Send + Sync + 'static {
    /// How many notices are kept at least for a subscriber that does not read.
    fn capacity(&self) -> usize;

    /// Tells of a commit.
    ///
    /// Returns at once; [`EventBus::flush`] waits until it has left the process.
    ///
    /// # Errors
    /// [`BusErrorKind::Closed`]: the bus is closed. Nobody was told.
    fn publish(&self, notice: Arc<EventStored>) -> Result<(), BusError>;

    /// Tells the subscribers of a namespace that they have missed so many notices, which cannot
    /// be published.
    ///
    /// # Errors
    /// As for [`EventBus::publish`].
    fn publish_missed(&self, namespace: &Namespace, count: u64) -> Result<(), BusError>;

    /// Listens to what is published from now on.
    ///
    /// # Errors
    /// - [`BusErrorKind::Closed`]: the bus is closed.
    /// - [`BusErrorKind::Unavailable`]: the servers of the bus do not answer.
    ///
    /// # Cancel safety
    /// Cancel safe: if the future is dropped, there is no subscription.
    fn subscribe(
        &self,
        filter: SubscriptionFilter,
    ) -> impl Future<Output = Result<Notices, BusError>> + Send;

    /// Waits until all that was published has left the process.
    ///
    /// # Errors
    /// - [`BusErrorKind::Closed`]: the bus is closed.
    /// - [`BusErrorKind::Unavailable`]: the servers of the bus do not answer.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn flush(&self) -> impl Future<Output = Result<(), BusError>> + Send;

    /// What this bus has done so far.
    fn status(&self) -> BusStatus;

    /// Ends every subscription, after what was delivered, and takes nothing more.
    ///
    /// What was published before has left the process when it returns, if the servers answer.
    /// The last handle of a bus that is dropped closes it too, without waiting.
    ///
    /// # Cancel safety
    /// If the future is dropped, the bus may be closed or not; close it again.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

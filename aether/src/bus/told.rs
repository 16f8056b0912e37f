use std::sync::Arc;

use super::EventStored;

/// What a subscriber is told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Told {
    /// A commit was stored. All subscribers of a process share the notice.
    Stored(Arc<EventStored>),
    /// So many notices are missing here: the subscriber was too slow, or they were lost on the
    /// way. Of those that were lost on the way it is not known whether the filter wants them.
    Missed(u64),
    /// The connection is lost. What others publish is not delivered before [`Told::Reconnected`].
    ///
    /// It is told as well, with [`Told::Reconnected`] at once, when a process is heard of that the
    /// servers had not connected with this one while it published.
    Disconnected,
    /// The connection is back, and the subscription is live again.
    ///
    /// What others published meanwhile is lost. How much it was is told as [`Told::Missed`] when
    /// they are heard of again, which may be never.
    Reconnected,
}

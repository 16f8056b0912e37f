use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::cluster::ClusterEvent;

/// What happens in a cluster, as one of its nodes sees it.
#[derive(Debug)]
pub struct ClusterEvents(Receiver<ClusterEvent>);

impl ClusterEvents {
    pub(super) fn of(events: Receiver<ClusterEvent>) -> Self {
        Self(events)
    }

    /// The next event; none, when the node has left. Whoever is too slow is told how many it has
    /// [missed](ClusterEvent::Missed).
    ///
    /// # Cancel safety
    /// Cancel safe: no event is lost.
    pub async fn next(&mut self) -> Option<ClusterEvent> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(count)) => Some(ClusterEvent::Missed(count)),
            Err(RecvError::Closed) => None,
        }
    }
}

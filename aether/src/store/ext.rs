use std::future::Future;

use futures_util::StreamExt as _;

use super::{Commit, EventStore, Position, Receipt, Recorded, StoreError};
use crate::{ActorId, Event, Version};

/// Conveniences over any [`EventStore`].
pub trait EventStoreExt: EventStore {
    /// Stores one event, if its actor is at the version before it.
    ///
    /// # Errors
    /// As for [`EventStore::append`]; and of kind `Invalid` if the event has no type or is
    /// version 0.
    ///
    /// # Cancel safety
    /// As for [`EventStore::append`].
    fn save(&self, event: Event) -> impl Future<Output = Result<Receipt, StoreError>> + Send {
        async move { self.append(Commit::new([event])?).await }
    }

    /// Reads all events of an actor that are later than `after`, oldest first, into memory.
    ///
    /// # Errors
    /// As for [`EventStore::read`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn events(
        &self,
        actor: &ActorId,
        after: Version,
    ) -> impl Future<Output = Result<Vec<Event>, StoreError>> + Send {
        async move {
            let mut events = Vec::new();
            let mut from = after;
            loop {
                let page = self.read(actor, from).await?;
                let last = page.last_version();
                let (more, commits) = (page.more, page.commits);
                events.extend(
                    commits
                        .into_iter()
                        .flat_map(|recorded| recorded.commit.into_events()),
                );
                match last {
                    Some(last) if more => from = last,
                    _ => break,
                }
            }
            events.retain(|event| event.version > after);
            Ok(events)
        }
    }

    /// Reads the log after a position, up to where it ends now, into memory.
    ///
    /// # Errors
    /// As for [`EventStore::follow`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn log(
        &self,
        after: Position,
    ) -> impl Future<Output = Result<Vec<Recorded>, StoreError>> + Send {
        async move {
            let head = self.head().await?;
            let mut commits = Vec::new();
            if after >= head {
                return Ok(commits);
            }
            let mut log = Box::pin(self.follow(after));
            while let Some(recorded) = log.next().await {
                let recorded = recorded?;
                let last = recorded.position;
                commits.push(recorded);
                if last >= head {
                    break;
                }
            }
            Ok(commits)
        }
    }
}

impl<S: EventStore + ?Sized> EventStoreExt for S {}

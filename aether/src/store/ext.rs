use std::{collections::BTreeMap, future::Future};

use futures_core::Stream;
use futures_util::{StreamExt as _, stream};

use super::{
    ActorPattern, Commit, Entry, EventStore, Filter, Position, Receipt, Recorded, Span, StoreError,
};
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
                events.reserve(commits.len());
                for recorded in commits {
                    recorded.commit.append_events_to(&mut events);
                }
                match last {
                    Some(last) if more => from = last,
                    _ => break,
                }
            }
            events.retain(|event| event.version > after);
            Ok(events)
        }
    }

    /// Reads a part of the log, entry by entry, what cannot be read included: a stretch of it is
    /// in memory at a time.
    ///
    /// # Errors
    /// As for [`EventStore::scan`]; an error is the last item. Begin again after, or before, the
    /// last position that was seen.
    ///
    /// # Cancel safety
    /// Dropping the stream, or a future of its next item, changes nothing.
    fn entries(&self, span: Span) -> impl Stream<Item = Result<Entry, StoreError>> + Send {
        let unread = (Vec::new().into_iter(), Some(span));
        stream::unfold(unread, move |(mut entries, mut rest)| async move {
            loop {
                if let Some(entry) = entries.next() {
                    return Some((Ok(entry), (entries, rest)));
                }
                match self.scan(rest?).await {
                    Ok(stretch) => (entries, rest) = (stretch.entries.into_iter(), stretch.rest),
                    Err(err) => return Some((Err(err), (Vec::new().into_iter(), None))),
                }
            }
        })
    }

    /// Reads a part of the log, commit by commit, as [`EventStoreExt::entries`] does, up to what
    /// cannot be read.
    ///
    /// # Errors
    /// As for [`EventStore::scan`], and of kind `Corrupt` with the position of what cannot be
    /// read; an error is the last item.
    ///
    /// # Cancel safety
    /// Dropping the stream, or a future of its next item, changes nothing.
    fn commits(&self, span: Span) -> impl Stream<Item = Result<Recorded, StoreError>> + Send {
        let commits = self.entries(span).map(|entry| entry?.commit());
        commits.scan(false, |failed, recorded| {
            let item = (!*failed).then_some(recorded);
            *failed = matches!(item, Some(Err(_)));
            std::future::ready(item)
        })
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
            let mut commits = Vec::new();
            self.until_head(after, |recorded| commits.push(recorded))
                .await?;
            Ok(commits)
        }
    }

    /// Follows the log as [`EventStore::follow`] does, and gives the commits that hold an event
    /// the filter wants; [`Filter::of`] says which of them.
    ///
    /// # Errors
    /// As for [`EventStore::follow`].
    fn follow_only(
        &self,
        after: Position,
        filter: Filter,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        self.follow(after).filter(move |recorded| {
            let wanted = recorded
                .as_ref()
                .map_or(true, |at| filter.of(at).next().is_some());
            std::future::ready(wanted)
        })
    }

    /// Finds the events of the log that a filter wants, up to where it ends now, oldest first, in
    /// memory.
    ///
    /// Reads the whole log after `after`.
    ///
    /// # Errors
    /// As for [`EventStore::follow`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn find(
        &self,
        after: Position,
        filter: &Filter,
    ) -> impl Future<Output = Result<Vec<(Position, Event)>, StoreError>> + Send {
        async move {
            let mut found = Vec::new();
            self.until_head(after, |recorded| {
                let wanted = filter.of(&recorded).cloned();
                found.extend(wanted.map(|event| (recorded.position, event)));
            })
            .await?;
            Ok(found)
        }
    }

    /// The actors that have events and match a pattern, and the versions they are at.
    ///
    /// Reads the whole log.
    ///
    /// # Errors
    /// As for [`EventStore::follow`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn actors(
        &self,
        pattern: &ActorPattern,
    ) -> impl Future<Output = Result<BTreeMap<ActorId, Version>, StoreError>> + Send {
        async move {
            let mut actors = BTreeMap::new();
            self.until_head(Position::START, |recorded| {
                let commit = recorded.commit;
                if pattern.matches(commit.actor_id()) {
                    actors.insert(commit.actor_id().clone(), commit.version());
                }
            })
            .await?;
            Ok(actors)
        }
    }

    /// Shows every commit after a position, up to where the log ends now.
    ///
    /// # Errors
    /// As for [`EventStore::follow`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn until_head(
        &self,
        after: Position,
        mut show: impl FnMut(Recorded) + Send,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        async move {
            let head = self.head().await?;
            if after >= head {
                return Ok(());
            }
            let mut log = Box::pin(self.follow(after));
            while let Some(recorded) = log.next().await {
                let recorded = recorded?;
                let last = recorded.position;
                show(recorded);
                if last >= head {
                    break;
                }
            }
            Ok(())
        }
    }
}

impl<S: EventStore + ?Sized> EventStoreExt for S {}

use std::{fmt, ops::Deref};

#[cfg(doc)]
use super::SnapshotSchema;
use super::{Aggregate, DecodeError, folded::Folded};
use crate::{
    ActorId, ActorSnapshot, Commit, CommitRef, Event, InvalidPayload, Position, Timestamp, Version,
};

/// The state of an actor, folded from its events, and the version it is at.
///
/// ```
/// use aether::{ActorId, domain::Replayed};
/// # use aether::prelude::*;
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # struct Counted { by: u32 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(events(Counted))]
/// # struct Counter { total: u32 }
/// # #[handlers]
/// # impl Counter { #[apply] fn counted(&mut self, event: &Counted) { self.total += event.by; } }
///
/// let actor = ActorId::of("Counter", "a")?;
/// let event = Counted { by: 2 }.record(actor.clone(), 1.into())?;
/// let counter = Replayed::<Counter>::replay(actor, [&event])?;
/// assert_eq!((counter.total, counter.version()), (2, 1.into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Replayed<A> {
    actor_id: ActorId,
    folded: Folded<A>,
}

/// Says which event could not be folded.
#[derive(Debug, thiserror::Error)]
#[error("event {version} of `{actor_id}` cannot be read")]
pub struct ReplayError {
    /// Whose event it is.
    pub actor_id: ActorId,
    /// The version of the event.
    pub version: Version,
    /// What is wrong with it.
    pub source: DecodeError,
}

/// Says why a snapshot is of no use. The log has the truth: fold it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnfitSnapshot {
    /// The aggregate keeps none.
    #[error("`{aggregate}` keeps no snapshots")]
    NotKept {
        /// The aggregate.
        aggregate: &'static str,
    },
    /// It is of a build whose state, events or fold are others.
    #[error("its schema is {found:016x}, and this build has {expected:016x}")]
    OtherSchema {
        /// The schema it has.
        found: u64,
        /// The schema it should have.
        expected: u64,
    },
    /// Its state cannot be read.
    #[error("its state cannot be read")]
    Unreadable(#[from] InvalidPayload),
}

impl<A: Aggregate> Replayed<A> {
    /// Goes on from a snapshot, if it is of use to this build.
    ///
    /// Whether its last commit is in the log is for the reader of the log to
    /// [see](ActorSnapshot::ends_with).
    ///
    /// # Errors
    /// If it is of no use.
    pub fn resume(snapshot: &ActorSnapshot) -> Result<Self, UnfitSnapshot> {
        let folded = Folded::resume(snapshot)?;
        Ok(Self::of(snapshot.actor_id.clone(), folded))
    }

    /// The state as a snapshot; none if the aggregate keeps none.
    ///
    /// `last_commit` is the one whose last event was folded last. Which sessions had an effect on
    /// the actor does not show in its state: whoever knows it sets it afterwards.
    ///
    /// # Errors
    /// If the state cannot be written as JSON.
    pub fn snapshot(
        &self,
        last_commit: CommitRef,
        timestamp: Timestamp,
    ) -> Result<Option<ActorSnapshot>, InvalidPayload> {
        self.folded.snapshot(&self.actor_id, last_commit, timestamp)
    }

    /// Whether the state is kept: the aggregate says so, and nothing of it is
    /// [unseen](SnapshotSchema::unseen).
    pub fn is_kept() -> bool {
        Folded::<A>::is_kept()
    }

    /// An actor without events.
    pub fn new(actor_id: ActorId) -> Self {
        Self::of(actor_id, Folded::new())
    }

    /// Folds the events of an actor, oldest first.
    ///
    /// # Errors
    /// If an event cannot be decoded.
    pub fn replay<'a>(
        actor_id: ActorId,
        events: impl IntoIterator<Item = &'a Event>,
    ) -> Result<Self, ReplayError> {
        let mut replayed = Self::new(actor_id);
        for event in events {
            replayed.apply(event, Position::START)?;
        }
        Ok(replayed)
    }

    /// Folds one more event, whose commit has this place in the log.
    ///
    /// # Errors
    /// If the event cannot be decoded. The state has not changed.
    pub fn apply(&mut self, event: &Event, position: Position) -> Result<(), ReplayError> {
        self.folded.apply(event, position)
    }

    /// Folds the events of a commit that are later than the present version.
    ///
    /// # Errors
    /// If an event cannot be decoded. The events before it are folded.
    pub fn apply_commit(&mut self, commit: &Commit, position: Position) -> Result<(), ReplayError> {
        self.folded.apply_commit(commit, position)
    }
}

impl<A> Replayed<A> {
    /// What was folded of this actor.
    pub(crate) const fn of(actor_id: ActorId, folded: Folded<A>) -> Self {
        Self { actor_id, folded }
    }

    /// Whose state it is.
    pub const fn actor_id(&self) -> &ActorId {
        &self.actor_id
    }

    /// The version of the last event in it.
    pub const fn version(&self) -> Version {
        self.folded.version()
    }

    /// The state.
    pub const fn state(&self) -> &A {
        self.folded.state()
    }

    /// The state alone.
    pub fn into_state(self) -> A {
        self.folded.into_state()
    }
}

impl<A> Deref for Replayed<A> {
    type Target = A;

    fn deref(&self) -> &A {
        self.state()
    }
}

impl<A: fmt::Debug> fmt::Debug for Replayed<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replayed")
            .field("actor_id", &self.actor_id)
            .field("version", &self.folded.version())
            .field("state", self.folded.state())
            .finish()
    }
}

use std::ops::Deref;

#[cfg(doc)]
use super::SnapshotSchema;
use super::{Aggregate, DecodeError, EventSet as _, Origin, SnapshotCodec, Stored};
use crate::{
    ActorId, ActorSnapshot, Commit, CommitRef, Event, InvalidPayload, Position, Sessions,
    Timestamp, Version, fence::Fence,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed<A> {
    actor_id: ActorId,
    version: Version,
    state: A,
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
        let aggregate = A::META.name.as_str();
        let (codec, expected) = Self::codec().ok_or(UnfitSnapshot::NotKept { aggregate })?;
        let found = snapshot.schema_hash;
        if found != expected {
            return Err(UnfitSnapshot::OtherSchema { found, expected });
        }
        Ok(Self {
            actor_id: snapshot.actor_id.clone(),
            version: snapshot.version,
            state: codec.decode(&snapshot.state)?,
        })
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
        let Some((codec, schema_hash)) = Self::codec() else {
            return Ok(None);
        };
        Ok(Some(ActorSnapshot {
            actor_id: self.actor_id.clone(),
            version: self.version,
            last_commit,
            sessions: Sessions::unknown_until(last_commit.position),
            state: codec.encode(&self.state)?,
            schema_hash,
            timestamp,
        }))
    }

    /// Whether the state is kept: the aggregate says so, and nothing of it is
    /// [unseen](SnapshotSchema::unseen).
    pub fn is_kept() -> bool {
        Self::codec().is_some()
    }

    fn codec() -> Option<(SnapshotCodec<A>, u64)> {
        let codec = A::SNAPSHOTS?;
        let schema = codec.schema();
        let is_seen = schema.unseen().is_empty();
        is_seen.then(|| (codec, schema.hash()))
    }

    /// An actor without events.
    pub fn new(actor_id: ActorId) -> Self {
        Self {
            actor_id,
            version: Version::NONE,
            state: A::default(),
        }
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
        if event.event_type == Fence::EVENT_TYPE {
            self.version = event.version;
            return Ok(());
        }
        let decoded = A::Event::decode(Stored::from(event)).map_err(|source| ReplayError {
            actor_id: event.actor_id.clone(),
            version: event.version,
            source,
        })?;
        self.state.apply(decoded, &Origin::of(event, position));
        self.version = event.version;
        Ok(())
    }

    /// Folds the events of a commit that are later than the present version.
    ///
    /// # Errors
    /// If an event cannot be decoded. The events before it are folded.
    pub fn apply_commit(&mut self, commit: &Commit, position: Position) -> Result<(), ReplayError> {
        let version = self.version;
        let later = commit
            .events()
            .iter()
            .filter(|event| event.version > version);
        later
            .into_iter()
            .try_for_each(|event| self.apply(event, position))
    }
}

impl<A> Replayed<A> {
    /// Whose state it is.
    pub const fn actor_id(&self) -> &ActorId {
        &self.actor_id
    }

    /// The version of the last event in it.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The state.
    pub const fn state(&self) -> &A {
        &self.state
    }

    /// The state alone.
    pub fn into_state(self) -> A {
        self.state
    }
}

impl<A> Deref for Replayed<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.state
    }
}

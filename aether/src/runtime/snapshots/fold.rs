use std::any::Any;

use crate::{
    ActorId, ActorSnapshot, CommitRef, Event, InvalidPayload, Payload, Position, Recorded,
    StoreError, Timestamp, Version,
    domain::{Aggregate, Folded, ReplayError, UnfitSnapshot},
};

/// An actor whose history is being folded, with its type forgotten. Who that is, is known besides.
pub(in crate::runtime) trait Fold: Any + Send + Sync {
    fn version(&self) -> Version;
    fn apply(&mut self, recorded: &Recorded) -> Result<(), ReplayError>;

    fn apply_one(&mut self, event: &Event, position: Position) -> Result<(), ReplayError>;

    /// The state as it is written; none if it is not kept.
    fn state(&self) -> Result<Option<Payload>, InvalidPayload>;

    /// Whether its state is kept.
    fn is_kept(&self) -> bool;

    /// Goes on from a snapshot. Unchanged if that is of no use.
    fn resume(&mut self, snapshot: &ActorSnapshot) -> Result<(), UnfitSnapshot>;

    /// Goes back to an actor without events.
    fn reset(&mut self);

    /// The state of this actor as a snapshot; none if it is not kept.
    fn snapshot(
        &self,
        actor_id: &ActorId,
        last_commit: CommitRef,
        timestamp: Timestamp,
    ) -> Result<Option<ActorSnapshot>, InvalidPayload>;
}

impl<A: Aggregate> Fold for Folded<A> {
    fn version(&self) -> Version {
        self.version()
    }

    fn apply(&mut self, recorded: &Recorded) -> Result<(), ReplayError> {
        self.apply_commit(&recorded.commit, recorded.position)
    }

    fn apply_one(&mut self, event: &Event, position: Position) -> Result<(), ReplayError> {
        Self::apply(self, event, position)
    }

    fn state(&self) -> Result<Option<Payload>, InvalidPayload> {
        let codec = A::SNAPSHOTS;
        codec.map(|codec| codec.encode(self.state())).transpose()
    }

    fn is_kept(&self) -> bool {
        Self::is_kept()
    }

    fn resume(&mut self, snapshot: &ActorSnapshot) -> Result<(), UnfitSnapshot> {
        *self = Self::resume(snapshot)?;
        Ok(())
    }

    fn reset(&mut self) {
        *self = Self::new();
    }

    fn snapshot(
        &self,
        actor_id: &ActorId,
        last_commit: CommitRef,
        timestamp: Timestamp,
    ) -> Result<Option<ActorSnapshot>, InvalidPayload> {
        self.snapshot(actor_id, last_commit, timestamp)
    }
}

/// Says why a history cannot be folded.
#[derive(Debug)]
pub(in crate::runtime) enum FoldError {
    /// The store did not give the events.
    Store(StoreError),
    /// An event cannot be read.
    Unreadable(ReplayError),
}

impl From<StoreError> for FoldError {
    fn from(err: StoreError) -> Self {
        Self::Store(err)
    }
}

impl From<ReplayError> for FoldError {
    fn from(err: ReplayError) -> Self {
        Self::Unreadable(err)
    }
}

use super::{Aggregate, EventSet as _, Origin, ReplayError, SnapshotCodec, Stored, UnfitSnapshot};
use crate::{
    ActorId, ActorSnapshot, Commit, CommitRef, Event, InvalidPayload, Position, Sessions,
    Timestamp, Version, fence::Fence,
};

/// The state of an actor, folded from its events, and the version it is at, wherever it is known
/// whose state it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folded<A> {
    version: Version,
    state: A,
}

impl<A: Aggregate> Folded<A> {
    /// That of an actor without events.
    pub(crate) fn new() -> Self {
        Self {
            version: Version::NONE,
            state: A::default(),
        }
    }

    /// Goes on from a snapshot, if it is of use to this build.
    pub(crate) fn resume(snapshot: &ActorSnapshot) -> Result<Self, UnfitSnapshot> {
        let aggregate = A::META.name.as_str();
        let (codec, expected) = Self::codec().ok_or(UnfitSnapshot::NotKept { aggregate })?;
        let found = snapshot.schema_hash;
        if found != expected {
            return Err(UnfitSnapshot::OtherSchema { found, expected });
        }
        Ok(Self {
            version: snapshot.version,
            state: codec.decode(&snapshot.state)?,
        })
    }

    /// The state of this actor as a snapshot; none if the aggregate keeps none.
    pub(crate) fn snapshot(
        &self,
        actor_id: &ActorId,
        last_commit: CommitRef,
        timestamp: Timestamp,
    ) -> Result<Option<ActorSnapshot>, InvalidPayload> {
        let Some((codec, schema_hash)) = Self::codec() else {
            return Ok(None);
        };
        Ok(Some(ActorSnapshot {
            actor_id: actor_id.clone(),
            version: self.version,
            last_commit,
            sessions: Sessions::unknown_until(last_commit.position),
            state: codec.encode(&self.state)?,
            schema_hash,
            timestamp,
        }))
    }

    /// Whether the state is kept.
    pub(crate) fn is_kept() -> bool {
        Self::codec().is_some()
    }

    fn codec() -> Option<(SnapshotCodec<A>, u64)> {
        let codec = A::SNAPSHOTS?;
        let schema = codec.schema();
        let is_seen = schema.unseen().is_empty();
        is_seen.then(|| (codec, schema.hash()))
    }

    /// Folds one more event, whose commit has this place in the log. If it cannot be decoded, the
    /// state has not changed.
    pub(crate) fn apply(&mut self, event: &Event, position: Position) -> Result<(), ReplayError> {
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

    /// Folds the events of a commit that are later than the present version. If one cannot be
    /// decoded, those before it are folded.
    pub(crate) fn apply_commit(
        &mut self,
        commit: &Commit,
        position: Position,
    ) -> Result<(), ReplayError> {
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

impl<A> Folded<A> {
    /// The version of the last event in it.
    pub(crate) const fn version(&self) -> Version {
        self.version
    }

    /// The state.
    pub(crate) const fn state(&self) -> &A {
        &self.state
    }

    /// The state alone.
    pub(crate) fn into_state(self) -> A {
        self.state
    }
}

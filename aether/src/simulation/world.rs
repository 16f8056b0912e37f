use std::{collections::BTreeSet, fmt::Display};

use crate::{
    ActorId, CommandId, Event, Position, Recorded, Version,
    domain::{Aggregate, EventSet, Handlers, Origin, Projection, Replayed, Stored},
};

/// What has happened so far, as an invariant sees it: the log up to some commit, and what clients
/// were told.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    log: &'a [Recorded],
    acknowledged: &'a [Acknowledged],
}

/// A command that a client knows to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Acknowledged {
    /// The name of the command.
    pub command: &'static str,
    /// Its id.
    pub id: CommandId,
    /// The actor that handled it.
    pub actor_id: ActorId,
    /// The version that the actor was at after it.
    pub version: Version,
    /// The place of its commit in the log; none if it gave no event.
    pub position: Option<Position>,
    /// Its events as they were answered; none if they were not.
    pub events: Vec<Event>,
    /// How far the log was when it was first sent.
    pub since: Position,
}

impl<'a> World<'a> {
    pub(super) const fn new(log: &'a [Recorded], acknowledged: &'a [Acknowledged]) -> Self {
        Self { log, acknowledged }
    }

    /// The log.
    pub const fn log(&self) -> &'a [Recorded] {
        self.log
    }

    /// What clients know to be done, at the end of the run.
    pub const fn acknowledged(&self) -> &'a [Acknowledged] {
        self.acknowledged
    }

    /// All events of a set, in the order of the log; others are passed over.
    ///
    /// # Panics
    /// If one cannot be read. That fails the run.
    pub fn events<E: EventSet>(&self) -> Vec<E> {
        let events = self
            .log
            .iter()
            .flat_map(|recorded| recorded.commit.events());
        let covered = events.filter(|event| E::covers(&event.event_type));
        covered
            .map(|event| sound(E::decode(Stored::from(event))))
            .collect()
    }

    /// The state of one instance of an aggregate.
    ///
    /// # Panics
    /// If the key names none, or an event cannot be read. That fails the run.
    pub fn load<A: Aggregate>(&self, key: impl Display) -> Replayed<A> {
        let actor_id = sound(ActorId::of(A::META.name.as_str(), &key.to_string()));
        self.fold(actor_id)
    }

    /// The states of all instances of an aggregate, in the order of their ids.
    ///
    /// # Panics
    /// As for [`World::load`].
    pub fn instances<A: Aggregate>(&self) -> Vec<Replayed<A>> {
        let actors = self.log.iter().map(|recorded| recorded.commit.actor_id());
        let actors = actors.filter(|actor| actor.actor_type() == A::META.name.as_str());
        let actors: BTreeSet<&ActorId> = actors.collect();
        actors
            .into_iter()
            .map(|actor| self.fold(actor.clone()))
            .collect()
    }

    /// What a projection makes of the log.
    ///
    /// # Panics
    /// If an event cannot be read. That fails the run.
    pub fn project<P: Projection + Handlers>(&self) -> P {
        let mut projection = P::default();
        for recorded in self.log {
            for event in recorded.commit.events() {
                let origin = Origin::of(event, recorded.position);
                let _is_applied = sound(projection.apply_stored(Stored::from(event), &origin));
            }
        }
        projection
    }

    fn fold<A: Aggregate>(&self, actor_id: ActorId) -> Replayed<A> {
        let mut replayed = Replayed::<A>::new(actor_id);
        for recorded in self.log {
            if recorded.commit.actor_id() == replayed.actor_id() {
                sound(replayed.apply_commit(&recorded.commit, recorded.position));
            }
        }
        replayed
    }
}

/// What was stored can be read, or the run has failed.
#[expect(
    clippy::panic,
    reason = "an invariant that cannot be asked fails the run"
)]
fn sound<T, E: Display>(read: Result<T, E>) -> T {
    read.unwrap_or_else(|err| panic!("{err}"))
}

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::EventStored;
use crate::{ActorId, Version};

/// The appends that are under way, so that what comes of those of an actor is told in the order of
/// its versions, whichever is answered first.
#[derive(Debug)]
pub(super) struct Flights {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    next: AtomicU64,
}

type Shard = HashMap<ActorId, BTreeMap<Place, Flight>>;

/// The version that an append expects, and a number that tells it from another one.
type Place = (Version, u64);

#[derive(Debug)]
enum Flight {
    UnderWay,
    Over(Outcome),
}

/// What came of an append.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The commit was stored.
    Stored(Arc<EventStored>),
    /// Nothing was stored.
    Nothing,
    /// The commit may have been stored.
    Unknown,
}

/// An append that is under way.
#[derive(Debug)]
pub(super) struct Ticket {
    actor: ActorId,
    place: Place,
}

impl Flights {
    const SHARDS: usize = 16;

    pub(super) fn new() -> Self {
        Self {
            shards: (0..Self::SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            next: AtomicU64::new(0),
        }
    }

    /// Says that an append begins.
    pub(super) fn begin(&self, actor: &ActorId, expected: Version) -> Ticket {
        let place = (expected, self.next.fetch_add(1, Ordering::Relaxed));
        if let Some(mut shard) = self.shard(actor) {
            let flights = shard.entry(actor.clone()).or_default();
            flights.insert(place, Flight::UnderWay);
        }
        Ticket {
            actor: actor.clone(),
            place,
        }
    }

    /// Says what came of it. Whatever nothing earlier is under way for any more is shown, in
    /// order.
    pub(super) fn end(&self, ticket: &Ticket, outcome: Outcome, mut tell: impl FnMut(Outcome)) {
        let Some(mut shard) = self.shard(&ticket.actor) else {
            return;
        };
        let Some(flights) = shard.get_mut(&ticket.actor) else {
            return;
        };
        flights.insert(ticket.place, Flight::Over(outcome));
        while let Some(first) = flights.first_entry() {
            if matches!(first.get(), Flight::UnderWay) {
                break;
            }
            if let Flight::Over(outcome) = first.remove() {
                tell(outcome);
            }
        }
        if flights.is_empty() {
            shard.remove(&ticket.actor);
        }
        drop(shard);
    }

    fn shard(&self, actor: &ActorId) -> Option<MutexGuard<'_, Shard>> {
        let hash = self.hasher.hash_one(actor);
        let index = usize::try_from(hash % Self::SHARDS as u64).unwrap_or_default();
        let shard = self.shards.get(index)?;
        // A panic while it is held can only be our own bug.
        Some(shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Commit, Event, Namespace, Position};

    fn stored(version: u64) -> Outcome {
        let event = Event::new("a", version, "Counted", &()).unwrap();
        Outcome::Stored(Arc::new(EventStored {
            namespace: Namespace::default(),
            position: Position::new(version),
            commit: Commit::new([event]).unwrap(),
        }))
    }

    fn end(flights: &Flights, ticket: &Ticket, outcome: Outcome) -> Vec<u64> {
        let mut told = Vec::new();
        flights.end(ticket, outcome, |outcome| match outcome {
            Outcome::Stored(notice) => told.push(notice.position.as_u64()),
            Outcome::Nothing => {}
            Outcome::Unknown => told.push(0),
        });
        told
    }

    #[test]
    fn what_is_answered_first_waits_for_what_was_stored_before() {
        let (flights, actor) = (Flights::new(), ActorId::new("a").unwrap());
        let tickets: Vec<_> = (0..4)
            .map(|expected| flights.begin(&actor, Version::new(expected)))
            .collect();
        assert_eq!(end(&flights, &tickets[2], stored(3)), [0_u64; 0]);
        assert_eq!(end(&flights, &tickets[0], stored(1)), [1]);
        assert_eq!(end(&flights, &tickets[1], Outcome::Unknown), [0, 3]);
        assert_eq!(end(&flights, &tickets[3], stored(4)), [4]);
        let left: usize = flights
            .shards
            .iter()
            .map(|it| it.lock().unwrap().len())
            .sum();
        assert_eq!(left, 0, "nothing is kept");
    }

    #[test]
    fn one_actor_does_not_wait_for_another() {
        let flights = Flights::new();
        let [a, b] = ["a", "b"].map(|it| ActorId::new(it).unwrap());
        let _waiting = flights.begin(&a, Version::NONE);
        let other = flights.begin(&b, Version::new(7));
        assert_eq!(end(&flights, &other, stored(8)), [8]);
    }
}

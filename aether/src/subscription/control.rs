use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::Position;

/// What all workers of a subscription have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Control {
    pub(super) partitions: u32,
    /// Where a partition begins.
    pub(super) start: Position,
    pub(super) paused: bool,
    /// Grows with each change.
    pub(super) revision: u64,
    /// The workers that are there, and how often each has said so.
    pub(super) workers: BTreeMap<String, u64>,
}

impl Control {
    pub(super) const fn new(partitions: u32, start: Position) -> Self {
        Self {
            partitions,
            start,
            paused: false,
            revision: 0,
            workers: BTreeMap::new(),
        }
    }

    /// A worker says that it is there.
    pub(super) fn beat(&mut self, worker: &str) {
        *self.workers.entry(worker.to_owned()).or_default() += 1;
    }

    /// Forgets workers that have long said nothing.
    pub(super) fn retain(&mut self, alive: &Alive, worker: &str, now: Instant) {
        self.workers
            .retain(|it, _| it == worker || alive.is_there(it, now));
    }
}

/// Something that changes as long as someone is there, by the clock of whoever watches it.
#[derive(Debug)]
pub(super) struct Watched<T> {
    value: T,
    since: Instant,
}

impl<T: PartialEq> Watched<T> {
    pub(super) const fn new(value: T, now: Instant) -> Self {
        Self { value, since: now }
    }

    /// For how long it has not changed.
    pub(super) fn look(&mut self, value: T, now: Instant) -> Duration {
        if self.value != value {
            (self.value, self.since) = (value, now);
        }
        now.saturating_duration_since(self.since)
    }
}

/// Which workers are there, as one of them sees it.
#[derive(Debug)]
pub(super) struct Alive {
    lease: Duration,
    workers: HashMap<String, Watched<u64>>,
}

impl Alive {
    pub(super) fn new(lease: Duration) -> Self {
        Self {
            lease,
            workers: HashMap::new(),
        }
    }

    pub(super) fn look(&mut self, control: &Control, now: Instant) {
        let workers = &control.workers;
        self.workers.retain(|it, _| workers.contains_key(it));
        for (worker, beat) in workers {
            if let Some(watched) = self.workers.get_mut(worker) {
                watched.look(*beat, now);
            } else {
                let watched = Watched::new(*beat, now);
                self.workers.insert(worker.clone(), watched);
            }
        }
    }

    fn is_there(&self, worker: &str, now: Instant) -> bool {
        let watched = self.workers.get(worker);
        watched.is_some_and(|it| now.saturating_duration_since(it.since) < self.lease)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(4);

    #[test]
    fn a_worker_that_says_nothing_for_a_lease_is_gone() {
        let (begin, mut alive) = (Instant::now(), Alive::new(LEASE));
        let mut control = Control::new(1, Position::START);
        control.beat("a");
        control.beat("b");
        alive.look(&control, begin);
        control.beat("a");
        let later = begin + LEASE / 2;
        alive.look(&control, later);
        let there = |alive: &Alive, at| ["a", "b"].map(|it| alive.is_there(it, at));
        assert_eq!(there(&alive, later), [true, true]);
        assert_eq!(there(&alive, begin + LEASE), [true, false]);
        control.retain(&alive, "c", begin + LEASE);
        assert_eq!(control.workers.keys().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn only_what_stays_the_same_grows_old() {
        let begin = Instant::now();
        let mut watched = Watched::new(1, begin);
        assert_eq!(watched.look(1, begin + LEASE), LEASE);
        assert_eq!(watched.look(2, begin + LEASE * 2), Duration::ZERO);
        assert_eq!(watched.look(2, begin + LEASE * 3), LEASE);
    }
}

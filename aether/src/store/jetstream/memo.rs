use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{ActorId, Version};

/// Where events of an actor lie: the commit that ends with `version` has this sequence.
///
/// Once true it is true for ever, for what is stored never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Place {
    pub(super) version: Version,
    pub(super) sequence: u64,
}

/// What is known of an actor.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// The last commit that was seen. There may be later ones.
    pub(super) tail: Place,
    /// Where the last page that was read ends.
    pub(super) page: Place,
    /// How many messages came after that page.
    pub(super) left: u64,
    /// Where a snapshot says that its last commit comes next. Not to be trusted: the log may have
    /// been restored since.
    pub(super) snapshot: Place,
    /// What comes next to the last page that was read backwards: the commit before this version
    /// has this sequence.
    pub(super) back: Place,
    /// The snapshot that was last seen to be kept. There may be a later one.
    pub(super) kept: Option<KeptSnapshot>,
}

/// A snapshot that is kept, as far as it has to be known to replace it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeptSnapshot {
    pub(super) sequence: u64,
    pub(super) version: Version,
    pub(super) schema_hash: u64,
}

/// Remembers a bounded number of actors; those not asked for in a while are forgotten.
///
/// Nothing depends on it but the number of questions that the server is asked: the server checks
/// every append.
#[derive(Debug)]
pub(super) struct Memo {
    capacity: usize,
    generations: Mutex<Generations>,
}

/// When the young ones are half of all that may be kept, they become the old ones.
#[derive(Debug, Default)]
struct Generations {
    young: HashMap<ActorId, Known>,
    old: HashMap<ActorId, Known>,
}

impl Memo {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            generations: Mutex::default(),
        }
    }

    pub(super) fn known(&self, actor: &ActorId) -> Known {
        let mut generations = self.lock();
        if let Some(known) = generations.young.get(actor) {
            return *known;
        }
        let Some(known) = generations.old.remove(actor) else {
            return Known::default();
        };
        self.insert(&mut generations, actor, known);
        known
    }

    /// Remembers the last commit of an actor, unless a later one is known.
    pub(super) fn saw_tail(&self, actor: &ActorId, place: Place) {
        self.change(actor, |known| known.tail = known.tail.max(place));
    }

    /// Remembers where a page ends, and how many messages come after it.
    pub(super) fn saw_page(&self, actor: &ActorId, place: Place, left: u64) {
        self.change(actor, |known| {
            (known.page, known.left) = (place, left);
            known.tail = known.tail.max(place);
        });
    }

    /// Remembers where a snapshot says that its last commit comes next.
    pub(super) fn saw_snapshot(&self, actor: &ActorId, place: Place) {
        self.change(actor, |known| known.snapshot = place);
    }

    /// Remembers where a page ends that was read backwards.
    pub(super) fn saw_page_back(&self, actor: &ActorId, place: Place) {
        self.change(actor, |known| known.back = place);
    }

    /// Remembers which snapshot is kept, or that this is not known any more.
    pub(super) fn saw_kept(&self, actor: &ActorId, kept: Option<KeptSnapshot>) {
        self.change(actor, |known| known.kept = kept);
    }

    fn change(&self, actor: &ActorId, change: impl FnOnce(&mut Known)) {
        let mut generations = self.lock();
        if let Some(known) = generations.young.get_mut(actor) {
            return change(known);
        }
        let mut known = generations.old.remove(actor).unwrap_or_default();
        change(&mut known);
        self.insert(&mut generations, actor, known);
    }

    fn insert(&self, generations: &mut Generations, actor: &ActorId, known: Known) {
        if generations.young.len() * 2 >= self.capacity {
            generations.old = mem::take(&mut generations.young);
        }
        generations.young.insert(actor.clone(), known);
    }

    /// A panic while the lock is held can only be our own bug, and leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(version: u64) -> Place {
        Place {
            version: Version::new(version),
            sequence: version * 10,
        }
    }

    fn actor(number: usize) -> ActorId {
        ActorId::new(number.to_string()).unwrap()
    }

    #[test]
    fn the_latest_tail_is_kept() {
        let memo = Memo::new(10);
        for version in [3, 5, 4] {
            memo.saw_tail(&actor(1), place(version));
        }
        memo.saw_page(&actor(1), place(2), 4);
        let known = memo.known(&actor(1));
        assert_eq!((known.tail, known.page), (place(5), place(2)));
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let memo = Memo::new(10);
        for number in 0..1_000 {
            memo.saw_tail(&actor(number), place(1));
            memo.saw_tail(&actor(0), place(number as u64));
        }
        let generations = memo.lock();
        assert!(generations.young.len() + generations.old.len() <= 10);
        drop(generations);
        assert_eq!(memo.known(&actor(0)).tail, place(999), "asked for often");
        assert_eq!(memo.known(&actor(7)).tail, Place::default(), "forgotten");
    }
}

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::live::Live;
use crate::ActorId;

/// Where commands take turns for one actor, and where its state rests in between.
#[derive(Debug)]
pub(in crate::runtime) struct Cell {
    pub(in crate::runtime) actor_id: ActorId,
    /// One permit: the turn. Whoever waits for it gets it in the order of coming.
    pub(super) turns: Semaphore,
    pub(super) waiting: AtomicUsize,
    /// When its state was last of use, in milliseconds since the directory was made.
    touched: AtomicU64,
    /// What the cache takes it to weigh.
    pub(super) weight: AtomicU64,
    /// Since when the actor is here: 0 if it always was, or did not come yet.
    since: AtomicU64,
    /// Its state, while it is nobody's turn.
    live: Mutex<Option<Box<Live>>>,
}

impl Cell {
    pub(super) fn new(actor_id: ActorId, weight: u64) -> Self {
        Self {
            actor_id,
            turns: Semaphore::new(1),
            waiting: AtomicUsize::new(0),
            touched: AtomicU64::new(0),
            weight: AtomicU64::new(weight),
            since: AtomicU64::new(0),
            live: Mutex::new(None),
        }
    }

    /// Begins a turn, if it is nobody's; whoever does ends it by giving the permit back.
    pub(super) fn take_turn(&self) -> bool {
        let turn = self.turns.try_acquire();
        turn.map(SemaphorePermit::forget).is_ok()
    }

    pub(super) fn take(&self) -> Option<Box<Live>> {
        self.lock().take()
    }

    pub(super) fn put(&self, live: Box<Live>) {
        *self.lock() = Some(live);
    }

    /// Whether it is here since the moment that was known before; that moment is known from now on.
    pub(super) fn is_since(&self, since: u64) -> bool {
        self.since.swap(since, Ordering::Relaxed) == since
    }

    pub(super) fn touch(&self, now: u64) {
        self.touched.store(now, Ordering::Relaxed);
    }

    pub(super) fn touched(&self) -> u64 {
        self.touched.load(Ordering::Relaxed)
    }

    /// A panic while the lock is held can only be our own bug, and leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, Option<Box<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the line before a cell; it is left when this is dropped.
pub(super) struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    /// Joins the line, unless so many are in it already: then says how many.
    pub(super) fn join(cell: &'a Cell, most: usize) -> Result<Self, usize> {
        let before = cell.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(&cell.waiting);
        if before < most {
            Ok(place)
        } else {
            Err(before)
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use crate::{ActorId, ActorSnapshot, CommitRef, Version, runtime::actors::Live};

/// A snapshot that is to be saved.
pub(super) struct Job {
    /// Whether the one that is kept is of no use and must make room first, though it may be of a
    /// later version.
    pub(super) is_instead: bool,
    pub(super) version: Version,
    pub(super) state: State,
}

/// A state that is to be kept.
pub(super) enum State {
    /// It is written already.
    Written(ActorSnapshot),
    /// It is to be written. This is the last commit in it.
    Folded(Box<Live>, CommitRef),
}

/// What became of a job that was handed over.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pushed {
    /// It waits.
    Waits,
    /// It waits in the place of an earlier one of the same actor, or that is as late as it.
    Supersedes,
    /// Too many wait, or nobody takes them any more.
    Dropped,
}

/// Snapshots that wait to be saved: a bounded number, the latest of each actor.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// How many wait or are being saved.
    open: watch::Sender<usize>,
}

#[derive(Default)]
struct Waiting {
    order: VecDeque<ActorId>,
    jobs: HashMap<ActorId, Job>,
    is_closed: bool,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.order).finish()
    }
}

impl Queue {
    /// How many actors may have a state waiting.
    const ROOM: usize = 256;

    pub(super) fn new() -> Self {
        Self {
            waiting: Mutex::default(),
            open: watch::Sender::new(0),
        }
    }

    pub(super) fn push(&self, actor_id: &ActorId, job: Job) -> Pushed {
        let mut waiting = self.lock();
        if waiting.is_closed {
            return Pushed::Dropped;
        }
        if let Some(before) = waiting.jobs.get_mut(actor_id) {
            if job.version > before.version {
                let is_instead = job.is_instead || before.is_instead;
                *before = Job { is_instead, ..job };
            }
            return Pushed::Supersedes;
        }
        if waiting.order.len() >= Self::ROOM {
            return Pushed::Dropped;
        }
        waiting.order.push_back(actor_id.clone());
        waiting.jobs.insert(actor_id.clone(), job);
        drop(waiting);
        self.open.send_modify(|open| *open += 1);
        Pushed::Waits
    }

    /// Whether a state of the actor as late as this one waits.
    pub(super) fn has(&self, actor_id: &ActorId, version: Version) -> bool {
        let waiting = self.lock();
        let job = waiting.jobs.get(actor_id);
        job.is_some_and(|job| job.version >= version)
    }

    /// The next job, and whose state it is, if one waits. [`Queue::done`] is to be said after it.
    pub(super) fn pop(&self) -> Option<(ActorId, Job)> {
        let mut waiting = self.lock();
        let actor_id = waiting.order.pop_front()?;
        waiting.jobs.remove_entry(&actor_id)
    }

    /// Whether no more can wait.
    pub(super) fn is_full(&self) -> bool {
        self.lock().order.len() >= Self::ROOM
    }

    pub(super) fn done(&self) {
        self.open.send_modify(|open| *open = open.saturating_sub(1));
    }

    pub(super) fn open(&self) -> usize {
        *self.open.borrow()
    }

    /// Waits until a job is there.
    pub(super) async fn filled(&self) {
        // The sender lives as long as this.
        drop(self.open.subscribe().wait_for(|open| *open > 0).await);
    }

    /// Waits until no job is there.
    pub(super) async fn emptied(&self) {
        drop(self.open.subscribe().wait_for(|open| *open == 0).await);
    }

    /// Takes no more.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
    }

    /// Forgets what waits, and says how many that were.
    pub(super) fn clear(&self) -> usize {
        let mut waiting = self.lock();
        let count = waiting.order.len();
        waiting.order.clear();
        waiting.jobs.clear();
        drop(waiting);
        self.open
            .send_modify(|open| *open = open.saturating_sub(count));
        count
    }

    /// A panic while the lock is held can only be our own bug, and leaves nothing half done.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

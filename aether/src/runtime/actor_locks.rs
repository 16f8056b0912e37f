use std::hash::{BuildHasher, RandomState};

use tokio::sync::{Mutex, MutexGuard};

use crate::ActorId;

/// Lets one command at a time decide for an actor within this process.
///
/// Correctness does not rest on it: the store's guard is what refuses a stale writer. It only
/// spares commands of one process the conflicts among themselves. Actors share a fixed number of
/// locks, so that memory does not grow with the number of actors.
#[derive(Debug)]
pub(super) struct ActorLocks {
    hasher: RandomState,
    locks: Box<[Mutex<()>]>,
}

impl ActorLocks {
    const COUNT: usize = 1_024;

    pub(super) fn new() -> Self {
        let locks = std::iter::repeat_with(Mutex::default)
            .take(Self::COUNT)
            .collect();
        Self {
            hasher: RandomState::new(),
            locks,
        }
    }

    /// Waits until no other command decides for the actor.
    pub(super) async fn lock(&self, actor: &ActorId) -> Option<MutexGuard<'_, ()>> {
        let hash = self.hasher.hash_one(actor);
        let index = usize::try_from(hash % Self::COUNT as u64).ok()?;
        Some(self.locks.get(index)?.lock().await)
    }
}

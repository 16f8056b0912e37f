//! One reading of the log for all followers of a runtime that are near each other.
//!
//! Each follower has a place of its own in what was read. Nobody reads on but who has come to the
//! end of it, in the poll in which it asks for more; so there is no task, and nobody waits for
//! somebody who is busy. Who falls so far behind that its next commit is not held any more reads
//! by itself, from where it is, until it is near the others again.
//!
//! It knows stores and commits, and nothing of followers.

mod followed;
mod state;
#[cfg(test)]
mod tests;
mod window;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Wake, Waker},
};

pub(super) use self::followed::Followed;
use self::state::{Log, State};
use crate::{DynEventStore, EventStore as _, Position};

/// The log of a store, which is read once for whoever follows it in this process.
#[derive(Clone)]
pub(super) struct CommonLog(Arc<Shared>);

struct Shared {
    /// Follows the log of the store.
    open: Box<dyn Fn(Position) -> Log + Send + Sync>,
    /// Whether what was read may be held for others.
    is_held: bool,
    /// Apart, so that who rings keeps nothing alive but this.
    state: Arc<Mutex<State>>,
    /// Wakes all who wait for what is read next.
    waker: Waker,
}

/// Rings when there may be more to read. What it rings for may be gone.
///
/// It rings on threads of the store, whenever that may be: if it had what opens the log, and so the
/// store, whoever lets go of the store could not rely on it that it is closed.
struct Bell(Weak<Mutex<State>>);

impl CommonLog {
    /// The log of a store.
    ///
    /// If the store encrypts personal data, everyone reads by itself: what was forgotten must not
    /// be held here.
    pub(super) fn of(store: DynEventStore) -> Self {
        let is_held = !store.capabilities().seals_personal_data;
        let open = move |after| -> Log { Box::pin(store.follow(after)) };
        Self::read_by(open, is_held)
    }

    fn read_by(open: impl Fn(Position) -> Log + Send + Sync + 'static, is_held: bool) -> Self {
        let state = Arc::default();
        Self(Arc::new(Shared {
            open: Box::new(open),
            is_held,
            waker: Waker::from(Arc::new(Bell(Arc::downgrade(&state)))),
            state,
        }))
    }

    /// Every commit after a position, those to come included: as
    /// [`follow`](crate::EventStore::follow) of the store gives them.
    pub(super) fn follow(&self, after: Position) -> Followed {
        Followed::new(Arc::clone(&self.0), after)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// A std mutex: nothing awaits while it is held, and no stream is polled. A panic while it is held
/// can only be our own bug, and leaves nothing half done.
fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let Some(state) = self.0.upgrade() else {
            return;
        };
        let waiting = lock(&state).ring();
        waiting.into_iter().for_each(Waker::wake);
    }
}

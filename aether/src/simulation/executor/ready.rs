use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Wake, Waker},
};

use futures_util::task::AtomicWaker;

use super::TaskId;

/// The tasks that were woken, in an order that does not depend on who woke them first.
#[derive(Default)]
pub(super) struct Ready {
    woken: Mutex<BTreeSet<TaskId>>,
    root: AtomicWaker,
}

impl Ready {
    /// Whom to wake when there is something to do.
    pub(super) fn watch(&self, root: &Waker) {
        self.root.register(root);
    }

    pub(super) fn wake_root(&self) {
        self.root.wake();
    }

    pub(super) fn wake(&self, id: TaskId) {
        self.woken().insert(id);
        self.wake_root();
    }

    pub(super) fn woken(&self) -> MutexGuard<'_, BTreeSet<TaskId>> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct TaskWaker {
    id: TaskId,
    ready: Arc<Ready>,
}

impl TaskWaker {
    pub(super) fn new(id: TaskId, ready: &Arc<Ready>) -> Self {
        let ready = Arc::clone(ready);
        Self { id, ready }
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.ready.wake(self.id);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ready.wake(self.id);
    }
}

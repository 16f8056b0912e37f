use std::future::Future;

use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// Starts tasks that shutdown waits for, from wherever it is.
#[derive(Debug, Clone)]
pub(super) struct Spawner {
    tracker: TaskTracker,
    tokio: Handle,
}

impl Spawner {
    /// Starts a task whose end somebody waits for.
    pub(super) fn driven<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.tokio.spawn(self.tracker.track_future(work))
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.tokio.spawn(self.tracker.track_future(task)));
    }
}

/// The tasks of a runtime: started here, told to end here, waited for here.
#[derive(Debug)]
pub(super) struct Tasks {
    spawner: Spawner,
    stop: CancellationToken,
    // When the last handle of the runtime goes, its tasks end.
    _stop_on_drop: DropGuard,
}

impl Tasks {
    pub(super) fn new() -> Self {
        let stop = CancellationToken::new();
        let spawner = Spawner {
            tracker: TaskTracker::new(),
            tokio: Handle::current(),
        };
        Self {
            spawner,
            _stop_on_drop: stop.clone().drop_guard(),
            stop,
        }
    }

    /// What tells a task to end.
    pub(super) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    pub(super) fn spawner(&self) -> Spawner {
        self.spawner.clone()
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.spawner.spawn(task);
    }

    /// Counts work that shutdown waits for, as long as the token lives.
    pub(super) fn begin(&self) -> TaskTrackerToken {
        self.spawner.tracker.token()
    }

    /// Tells all tasks to end, and waits until they have.
    pub(super) async fn end(&self) {
        self.stop.cancel();
        self.spawner.tracker.close();
        self.spawner.tracker.wait().await;
    }
}

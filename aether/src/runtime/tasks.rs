use std::future::Future;

use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

/// The tasks of a runtime: started here, told to end here, waited for here.
#[derive(Debug)]
pub(super) struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
    // When the last handle of the runtime goes, its tasks end.
    _stop_on_drop: DropGuard,
}

impl Tasks {
    pub(super) fn new() -> Self {
        let stop = CancellationToken::new();
        Self {
            tracker: TaskTracker::new(),
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

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where tasks are started"
    )]
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(tokio::spawn(self.tracker.track_future(task)));
    }

    /// Counts work that shutdown waits for, as long as the token lives.
    pub(super) fn begin(&self) -> TaskTrackerToken {
        self.tracker.token()
    }

    /// Tells all tasks to end, and waits until they have.
    pub(super) async fn end(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

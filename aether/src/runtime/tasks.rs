use std::{
    future::Future,
    panic::resume_unwind,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    runtime::Handle,
    task::{JoinError, spawn_blocking},
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::{AbortOnDropHandle, TaskTracker, task_tracker::TaskTrackerToken},
};

#[cfg(feature = "simulation")]
use crate::simulation::{self, Place};

/// Starts tasks that shutdown waits for, from wherever it is.
#[derive(Debug, Clone)]
pub(super) struct Spawner {
    tracker: TaskTracker,
    onto: Onto,
}

/// What runs the tasks.
#[derive(Debug, Clone)]
enum Onto {
    Tokio(Handle),
    /// A simulated node.
    #[cfg(feature = "simulation")]
    Node(Place),
}

/// A task whose end somebody waits for, and which ends when that one goes.
pub(super) enum Driving<T> {
    Tokio(AbortOnDropHandle<T>),
    #[cfg(feature = "simulation")]
    Node(simulation::Running<T>),
}

impl Onto {
    /// What runs whoever asks.
    fn present() -> Self {
        #[cfg(feature = "simulation")]
        if let Some(place) = Place::present() {
            return Self::Node(place);
        }
        Self::Tokio(Handle::current())
    }
}

impl Spawner {
    /// Whether the tasks are those of a simulation, whose order must not follow from that in which
    /// tokio wakes: that is another one each time.
    pub(super) const fn is_simulated(&self) -> bool {
        match self.onto {
            Onto::Tokio(_) => false,
            #[cfg(feature = "simulation")]
            Onto::Node(_) => true,
        }
    }

    /// Starts a task whose end somebody waits for.
    pub(super) fn driven<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Driving<T> {
        let work = self.tracker.track_future(work);
        match &self.onto {
            Onto::Tokio(tokio) => Driving::Tokio(AbortOnDropHandle::new(tokio.spawn(work))),
            #[cfg(feature = "simulation")]
            Onto::Node(place) => Driving::Node(place.driven(work)),
        }
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task = self.tracker.track_future(task);
        match &self.onto {
            Onto::Tokio(tokio) => drop(tokio.spawn(task)),
            #[cfg(feature = "simulation")]
            Onto::Node(place) => place.spawn(task),
        }
    }
}

impl<T: Send + 'static> Future for Driving<T> {
    /// Nothing, if what runs the tasks is shut down.
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        match &mut *self {
            Self::Tokio(task) => Pin::new(task).poll(context).map(|ended| match ended {
                Ok(answer) => Some(answer),
                Err(err) if err.is_panic() => resume_unwind(err.into_panic()),
                Err(_cancelled) => None,
            }),
            #[cfg(feature = "simulation")]
            Self::Node(task) => Pin::new(task).poll(context),
        }
    }
}

/// Computes what takes long where it holds up nobody.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    #[cfg(feature = "simulation")]
    if Place::present().is_some() {
        return Ok(work());
    }
    spawn_blocking(work).await
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
            onto: Onto::present(),
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

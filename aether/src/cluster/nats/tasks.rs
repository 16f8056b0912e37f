use std::future::Future;

use tokio::task::JoinSet;

#[cfg(feature = "simulation")]
use crate::simulation::{Place, Running};

/// Tasks that end when this is dropped: tokio's, or those of a node that is simulated.
#[derive(Default)]
pub(super) struct Tasks {
    tokio: JoinSet<()>,
    #[cfg(feature = "simulation")]
    simulated: Vec<Running<()>>,
}

impl Tasks {
    /// One task.
    pub(super) fn of(task: impl Future<Output = ()> + Send + 'static) -> Self {
        let mut tasks = Self::default();
        tasks.spawn(task);
        tasks
    }

    pub(super) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        #[cfg(feature = "simulation")]
        if let Some(place) = Place::present() {
            self.simulated.push(place.driven(task));
            return;
        }
        self.tokio.spawn(task);
    }

    /// Lets go of those that have ended.
    pub(super) fn tidy(&mut self) {
        while self.tokio.try_join_next().is_some() {}
        #[cfg(feature = "simulation")]
        self.simulated.retain(|it| !it.has_ended());
    }

    pub(super) fn abort_all(&mut self) {
        self.tokio.abort_all();
        #[cfg(feature = "simulation")]
        self.simulated.clear();
    }

    /// Starts a task that ends by itself.
    #[cfg(feature = "simulation")]
    pub(super) fn start(task: impl Future<Output = ()> + Send + 'static) {
        match Place::present() {
            Some(place) => place.spawn(task),
            None => drop(tokio::runtime::Handle::current().spawn(task)),
        }
    }
}

use std::{fmt, future::Future};

use tokio::{runtime::Handle, sync::oneshot};

use super::{Executor, Life, Running};
use crate::simulation::present;

/// Where tasks are started: a life of a node, or the world around the nodes.
#[derive(Clone)]
pub(crate) struct Place {
    executor: Executor,
    life: Life,
}

impl Place {
    /// Where the task is that is being polled; none outside of a simulation.
    pub(crate) fn present() -> Option<Self> {
        let executor = present::executor()?;
        let life = executor.present_life();
        Some(Self { executor, life })
    }

    /// The world around the nodes; none outside of a simulation.
    pub(in crate::simulation) fn world() -> Option<Self> {
        let executor = present::executor()?;
        let life = Life::WORLD;
        Some(Self { executor, life })
    }

    /// Starts what goes on whatever becomes of the nodes: in the world around them, or in tokio
    /// outside of a simulation.
    ///
    /// # Panics
    /// If there is neither.
    pub(in crate::simulation) fn around(task: impl Future<Output = ()> + Send + 'static) {
        match Self::world() {
            Some(world) => world.spawn(task),
            None => drop(Handle::current().spawn(task)),
        }
    }

    pub(in crate::simulation) fn of(executor: &Executor, life: Life) -> Self {
        let executor = executor.clone();
        Self { executor, life }
    }

    /// Starts a task.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.executor.spawn(self.life, task);
    }

    /// Starts a task whose end somebody waits for.
    pub(crate) fn driven<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Running<T> {
        let (done, answer) = oneshot::channel();
        let work = async move {
            // Whoever waits for it may have gone.
            let _unheard = done.send(work.await).is_err();
        };
        let id = self.executor.spawn(self.life, work);
        Running::new(self.executor.clone(), id, answer)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.life).finish()
    }
}

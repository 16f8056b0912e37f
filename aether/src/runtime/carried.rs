use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use super::{meters::Meters, tasks::Spawner};

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Work that is carried through once it was begun: if whoever waits for it stops waiting, a task
/// takes it over, and shutdown waits for that.
pub(super) struct Carried<T: Send + 'static> {
    work: Option<Work<T>>,
    spawner: Spawner,
    meters: Arc<Meters>,
}

impl<T: Send + 'static> Carried<T> {
    pub(super) fn new(
        work: impl Future<Output = T> + Send + 'static,
        spawner: Spawner,
        meters: Arc<Meters>,
    ) -> Self {
        Self {
            work: Some(Box::pin(work)),
            spawner,
            meters,
        }
    }
}

impl<T: Send + 'static> Future for Carried<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = &mut self.work else {
            // It has given what it had to give.
            return Poll::Pending;
        };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.work = None;
        }
        polled
    }
}

impl<T: Send + 'static> Drop for Carried<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.meters.carried_through.increment(1);
            self.spawner.spawn(async move { drop(work.await) });
        }
    }
}

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::sync::oneshot;

use super::{Executor, TaskId};

/// A task whose end somebody waits for, and which ends when that one goes.
pub(crate) struct Running<T> {
    executor: Executor,
    id: TaskId,
    answer: oneshot::Receiver<T>,
}

impl<T> Running<T> {
    pub(super) const fn new(executor: Executor, id: TaskId, answer: oneshot::Receiver<T>) -> Self {
        Self {
            executor,
            id,
            answer,
        }
    }
}

impl<T> Running<T> {
    /// Whether it has ended by itself.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(crate) fn has_ended(&self) -> bool {
        !self.answer.is_empty()
    }
}

impl<T> Future for Running<T> {
    /// Nothing, if its node is gone.
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        Pin::new(&mut self.answer).poll(context).map(Result::ok)
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        self.executor.abort(self.id);
    }
}

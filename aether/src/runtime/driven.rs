use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use super::tasks::{Driving, Spawner};

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Work that goes on by itself from when it first has to wait, whether or not whoever wants its
/// answer looks after it; it ends when that one is dropped.
///
/// A command holds its actor's turn. Were it driven by its sender, a sender that has begun to send
/// and then does something else first would hold up everyone behind it, itself included. What
/// does not have to wait, as in memory, has no task.
pub(super) struct Driven<T: Send + 'static> {
    state: State<T>,
    spawner: Spawner,
}

enum State<T: Send + 'static> {
    New(Work<T>),
    Spawned(Driving<T>),
    Done,
}

impl<T: Send + 'static> Driven<T> {
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static, spawner: Spawner) -> Self {
        let state = State::New(Box::pin(work));
        Self { state, spawner }
    }

    /// The same, for what is known to wait.
    pub(super) fn waiting(
        work: impl Future<Output = T> + Send + 'static,
        spawner: Spawner,
    ) -> Self {
        let state = State::Spawned(spawner.driven(work));
        Self { state, spawner }
    }
}

impl<T: Send + 'static> Future for Driven<T> {
    /// Nothing, if tokio is shut down.
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::New(mut work) => match work.as_mut().poll(context) {
                    Poll::Ready(answer) => return Poll::Ready(Some(answer)),
                    Poll::Pending => {
                        self.state = State::Spawned(self.spawner.driven(work));
                    }
                },
                State::Spawned(mut task) => {
                    let Poll::Ready(ended) = Pin::new(&mut task).poll(context) else {
                        self.state = State::Spawned(task);
                        return Poll::Pending;
                    };
                    return Poll::Ready(ended);
                }
                State::Done => return Poll::Pending,
            }
        }
    }
}

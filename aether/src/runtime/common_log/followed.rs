use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
};

use futures_core::Stream;
use futures_util::StreamExt as _;

use super::{
    Shared,
    state::{Log, Step},
};
use crate::{Position, Recorded, StoreError, StoreErrorKind};

/// The log as one follower sees it: what others have read too, as long as it is near them.
///
/// As of a store, an error is the last item, and dropping the future of the next one loses
/// nothing.
pub(in crate::runtime) struct Followed {
    shared: Arc<Shared>,
    /// The place of the last commit that was given out.
    position: Position,
    way: Way,
}

enum Way {
    /// With others.
    Seated(usize),
    /// By itself.
    Alone(Log),
    /// After an error.
    Over,
}

/// Looks for more in the name of all. If it does not come to its end, the log is opened anew.
struct Look<'a> {
    shared: &'a Shared,
    seat: usize,
    is_done: bool,
}

impl Followed {
    pub(super) fn new(shared: Arc<Shared>, after: Position) -> Self {
        Self {
            way: Way::from(&shared, after),
            position: after,
            shared,
        }
    }

    #[cfg(test)]
    pub(super) const fn is_seated(&self) -> bool {
        matches!(self.way, Way::Seated(_))
    }

    /// Takes a seat among the others, if it reads by itself and is near them.
    fn join(&mut self) {
        if let Way::Alone(_) = self.way
            && let Some(seat) = self.shared.join(self.position)
        {
            self.way = Way::Seated(seat);
        }
    }

    /// Leaves the seat that it has, if it has one.
    fn leave(&mut self, way: Way) {
        if let Way::Seated(seat) = std::mem::replace(&mut self.way, way) {
            let log = self.shared.lock().leave(seat);
            drop(log);
        }
    }
}

impl Way {
    fn from(shared: &Shared, after: Position) -> Self {
        match shared.join(after) {
            Some(seat) => Self::Seated(seat),
            None => Self::alone(shared, after),
        }
    }

    fn alone(shared: &Shared, after: Position) -> Self {
        Self::Alone((shared.open)(after))
    }
}

impl Shared {
    fn join(&self, after: Position) -> Option<usize> {
        self.is_held.then(|| self.lock().join(after)).flatten()
    }

    /// The next commit for this seat, and others for whoever wants them; none if it has fallen
    /// behind.
    fn poll(
        &self,
        seat: usize,
        context: &Context<'_>,
    ) -> Poll<Option<Result<Recorded, StoreError>>> {
        loop {
            let step = self.lock().step(seat, context);
            let (log, last) = match step {
                Step::Take(recorded) => return Poll::Ready(Some(Ok(recorded))),
                Step::Fail(failure) => return Poll::Ready(Some(Err(failure))),
                Step::Part => return Poll::Ready(None),
                Step::Wait => return Poll::Pending,
                Step::Look(log, last) => (log, last),
            };
            let look = Look {
                shared: self,
                seat,
                is_done: false,
            };
            let log = log.unwrap_or_else(|| (self.open)(last));
            if let Some(failure) = look.poll(log) {
                return Poll::Ready(Some(Err(failure)));
            }
        }
    }
}

impl Look<'_> {
    /// Looks for one more; why there is no more, if the log broke off.
    fn poll(mut self, mut log: Log) -> Option<StoreError> {
        let mut context = Context::from_waker(&self.shared.waker);
        let next = log.poll_next_unpin(&mut context);
        self.is_done = true;
        let failure = match next {
            Poll::Pending => {
                self.shared.lock().give_back(log);
                return None;
            }
            Poll::Ready(Some(Ok(recorded))) => {
                let waiting = self.shared.lock().found(log, recorded);
                waiting.into_iter().for_each(Waker::wake);
                return None;
            }
            Poll::Ready(Some(Err(failure))) => failure,
            Poll::Ready(None) => StoreError::new(StoreErrorKind::Unavailable, "the log ended"),
        };
        self.broke_off(Some(&failure));
        Some(failure)
    }

    fn broke_off(&self, failure: Option<&StoreError>) {
        let waiting = self.shared.lock().broke_off(self.seat, failure);
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Look<'_> {
    fn drop(&mut self) {
        // It panicked.
        if !self.is_done {
            self.broke_off(None);
        }
    }
}

impl Stream for Followed {
    type Item = Result<Recorded, StoreError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            this.join();
            let next = match &mut this.way {
                Way::Over => return Poll::Ready(None),
                Way::Alone(log) => ready!(log.poll_next_unpin(context)),
                Way::Seated(seat) => match ready!(this.shared.poll(*seat, context)) {
                    None => {
                        this.leave(Way::alone(&this.shared, this.position));
                        continue;
                    }
                    next => next,
                },
            };
            match &next {
                Some(Ok(recorded)) => this.position = recorded.position,
                Some(Err(_)) | None => this.leave(Way::Over),
            }
            return Poll::Ready(next);
        }
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.leave(Way::Over);
    }
}

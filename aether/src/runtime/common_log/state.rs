use std::{
    pin::Pin,
    task::{Context, Waker},
};

use futures_core::Stream;

use super::window::{Next, Window};
use crate::{Position, Recorded, StoreError};

pub(super) type Log = Pin<Box<dyn Stream<Item = Result<Recorded, StoreError>> + Send>>;

/// What was read, who waits for more, and what is read from.
#[derive(Default)]
pub(super) struct State {
    window: Window,
    reading: Reading,
    /// Whether there may be more to read: it was rung for, or has not been looked at.
    is_ready: bool,
    /// By the numbers of their seats.
    waiting: Vec<Waiting>,
}

#[derive(Default)]
enum Reading {
    #[default]
    Closed,
    Open(Log),
    /// Someone has it, who looks for more.
    Lent,
}

#[derive(Default)]
struct Waiting {
    waker: Option<Waker>,
    /// Why there was no more for someone else who has read.
    failure: Option<StoreError>,
}

/// What someone is to do who asks for the next commit.
pub(super) enum Step {
    Take(Recorded),
    /// The log broke off.
    Fail(StoreError),
    /// It is not near enough to the others any more.
    Part,
    /// To look for more; in a log that follows this place, if there is none yet.
    Look(Option<Log>, Position),
    /// It is woken when there is more.
    Wait,
}

impl State {
    /// A seat for someone who has come so far; none if that is not near enough.
    pub(super) fn join(&mut self, after: Position) -> Option<usize> {
        let seat = self.window.join(after)?;
        if self.waiting.len() <= seat {
            self.waiting.resize_with(seat + 1, Waiting::default);
        }
        if let Some(waiting) = self.waiting.get_mut(seat) {
            *waiting = Waiting::default();
        }
        if matches!(self.reading, Reading::Closed) {
            self.is_ready = true;
        }
        Some(seat)
    }

    /// Whoever had this seat takes no more; what was read from, if nobody is left who does.
    pub(super) fn leave(&mut self, seat: usize) -> Option<Log> {
        self.window.leave(seat);
        if let Some(waiting) = self.waiting.get_mut(seat) {
            *waiting = Waiting::default();
        }
        if !self.window.is_empty() {
            return None;
        }
        match std::mem::take(&mut self.reading) {
            Reading::Open(log) => Some(log),
            Reading::Closed | Reading::Lent => None,
        }
    }

    /// Whether nothing is read from, and nothing held.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.reading, Reading::Closed) && self.window.is_empty()
    }

    /// What is next for this seat.
    pub(super) fn step(&mut self, seat: usize, context: &Context<'_>) -> Step {
        match self.window.next(seat) {
            Next::Commit(recorded) => return Step::Take(recorded),
            Next::Gone => return Step::Part,
            Next::End => {}
        }
        let Some(waiting) = self.waiting.get_mut(seat) else {
            return Step::Part;
        };
        if let Some(failure) = waiting.failure.take() {
            return Step::Fail(failure);
        }
        if self.is_ready {
            let last = self.window.last();
            match std::mem::replace(&mut self.reading, Reading::Lent) {
                Reading::Closed => return self.look(None, last),
                Reading::Open(log) => return self.look(Some(log), last),
                // Whoever has it looks again, for it is ready, or tells of what it has found.
                Reading::Lent => {}
            }
        }
        match &mut waiting.waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Step::Wait
    }

    const fn look(&mut self, log: Option<Log>, last: Position) -> Step {
        self.is_ready = false;
        Step::Look(log, last)
    }

    /// There may be more to read: whom to wake.
    pub(super) fn ring(&mut self) -> Vec<Waker> {
        self.is_ready = true;
        self.wakers()
    }

    /// There was no more.
    pub(super) fn give_back(&mut self, log: Log) {
        self.reading = Reading::Open(log);
    }

    /// There was more: whom to wake.
    pub(super) fn found(&mut self, log: Log, recorded: Recorded) -> Vec<Waker> {
        self.give_back(log);
        self.window.put(recorded);
        for waiting in &mut self.waiting {
            // Who has not heard of it has missed nothing.
            waiting.failure = None;
        }
        self.ring()
    }

    /// The log broke off, as whoever has this seat is told otherwise: whom to wake.
    pub(super) fn broke_off(&mut self, seat: usize, failure: Option<&StoreError>) -> Vec<Waker> {
        self.reading = Reading::Closed;
        for (number, waiting) in self.waiting.iter_mut().enumerate() {
            waiting.failure = failure.filter(|_| number != seat).map(StoreError::echo);
        }
        self.ring()
    }

    fn wakers(&mut self) -> Vec<Waker> {
        let waiting = self.waiting.iter_mut();
        waiting.filter_map(|it| it.waker.take()).collect()
    }
}

use tokio::sync::watch;

use crate::{Position, runtime::status::FollowerStatus};

/// Holds up the timers of a process manager until its instances have received whatever was in the
/// log when a timer was known to be due: what calls the timer off may be among it.
pub(in crate::runtime) struct Gate {
    inbox: watch::Receiver<FollowerStatus>,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    /// Nothing is due.
    Idle,
    /// The inbox has to come this far.
    Shut(Position),
    /// What is due may fire, once the log is read to its head.
    Open,
}

impl Gate {
    pub(in crate::runtime) const fn new(inbox: watch::Receiver<FollowerStatus>) -> Self {
        Self {
            inbox,
            state: State::Idle,
        }
    }

    /// Whether there is nothing to do before the inbox has come further.
    pub(super) fn is_shut(&self) -> bool {
        match self.state {
            State::Shut(until) => self.inbox.borrow().position < until,
            State::Idle | State::Open => false,
        }
    }

    /// Whether a timer may fire.
    pub(super) const fn is_open(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// A timer is due, and the log ends here or further on.
    pub(super) fn ask(&mut self, head: Position) {
        let until = match self.state {
            State::Idle => head,
            State::Shut(until) => until,
            State::Open => return,
        };
        let passed = self.inbox.borrow().position >= until;
        self.state = if passed {
            State::Open
        } else {
            State::Shut(until)
        };
    }

    /// A timer has fired.
    pub(super) const fn close(&mut self) {
        self.state = State::Idle;
    }

    /// Waits until the inbox has come far enough; for ever, if it need not.
    pub(super) async fn opens(mut inbox: watch::Receiver<FollowerStatus>, until: Position) {
        // The follower's end is the runtime's end.
        if inbox.wait_for(|it| it.position >= until).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// How far the inbox has to come, if it has not.
    pub(super) fn awaited(&self) -> Option<(watch::Receiver<FollowerStatus>, Position)> {
        match self.state {
            State::Shut(until) if self.is_shut() => Some((self.inbox.clone(), until)),
            State::Idle | State::Shut(_) | State::Open => None,
        }
    }
}

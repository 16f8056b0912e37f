use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::present;

/// What happened in a run, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Trace(Arc<Mutex<Vec<Step>>>);

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When, since the run began.
    pub at: Duration,
    /// To whom: a node, a client, the server.
    pub whom: String,
    /// What.
    pub what: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, whom, what } = self;
        write!(f, "{:>9.3} s  {whom}: {what}", at.as_secs_f64())
    }
}

impl Trace {
    pub(super) fn note(&self, whom: impl fmt::Display, what: impl Into<String>) {
        let step = Step {
            at: present::elapsed(),
            whom: whom.to_string(),
            what: what.into(),
        };
        self.steps().push(step);
    }

    pub(super) fn take(&self) -> Vec<Step> {
        std::mem::take(&mut *self.steps())
    }

    fn steps(&self) -> MutexGuard<'_, Vec<Step>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

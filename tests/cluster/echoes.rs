//! What follows from a count, in each way in which something can follow.

use std::convert::Infallible;

use aether::prelude::*;

use crate::counters::{Counted, Counting};

/// A count was repeated.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Repeated {
    /// By whom.
    pub(crate) by: String,
}

/// Repeat a count.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Repeat {
    /// Of which counter.
    #[command(id)]
    pub(crate) counter: String,
    /// By whom.
    pub(crate) by: String,
}

impl Repeat {
    pub(crate) fn of(event: &Counted, by: &str) -> Self {
        Self {
            counter: event.counter.clone(),
            by: by.to_owned(),
        }
    }
}

/// What is heard of a counter.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Repeated))]
pub(crate) struct Echo {
    heard: u64,
}

#[handlers]
impl Echo {
    #[handle(by(Press))]
    fn repeat(&self, command: Repeat) -> Result<Repeated, Infallible> {
        let Repeat { by, .. } = command;
        Ok(Repeated { by })
    }

    #[apply]
    fn repeated(&mut self, _event: &Repeated) {
        self.heard += 1;
    }
}

/// Repeats at once.
#[derive(Policy, Default)]
pub(crate) struct RepeatAtOnce;

#[handlers]
impl RepeatAtOnce {
    #[react]
    fn counted(&self, event: &Counted) -> Repeat {
        Repeat::of(event, "policy")
    }
}

/// Repeats after a second.
#[derive(Policy, Default)]
pub(crate) struct RepeatLater;

#[handlers]
impl RepeatLater {
    #[react]
    fn counted(&self, event: &Counted) -> After<Repeat> {
        After::seconds(1, Repeat::of(event, "timer"))
    }
}

/// Remembers that a counter counts, and repeats it at once and after a second.
#[derive(ProcessManager, Debug, Default, PartialEq)]
#[process_manager(key = String)]
pub(crate) struct Remembering {
    counted: u64,
}

#[handlers]
impl Remembering {
    #[apply(key = counter)]
    fn remember(&mut self, _event: &Counted) {
        self.counted += 1;
    }

    #[react]
    fn counted(&self, event: &Counted) -> (Repeat, After<Repeat>) {
        let later = Repeat::of(event, "deadline");
        let at_once = format!("process {}", self.counted);
        (Repeat::of(event, &at_once), After::seconds(1, later))
    }
}

/// Prints what was counted.
#[derive(ExternalSystem)]
#[external_system(notified_of(Counted))]
pub(crate) struct Press;

bounded_context! {
    /// Repeats what is counted.
    pub(crate) Echoing {
        aggregates: [Echo],
        policies: [RepeatAtOnce, RepeatLater],
        process_managers: [Remembering],
        external_systems: [Press],
        upstream: [Counting],
    }
}

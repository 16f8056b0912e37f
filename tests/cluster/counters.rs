//! The domain of a node: things that are counted.

use std::convert::Infallible;

use aether::prelude::*;

/// Something was counted.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// By which counter.
    pub(crate) counter: String,
}

/// Count one more.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Count {
    /// Which counter.
    #[command(id)]
    pub(crate) counter: String,
}

/// Counts.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Counted))]
pub(crate) struct Counter {
    total: u64,
}

#[handlers]
impl Counter {
    #[handle]
    fn count(&self, command: Count) -> Result<Counted, Infallible> {
        let Count { counter } = command;
        Ok(Counted { counter })
    }

    #[apply]
    fn counted(&mut self, _event: &Counted) {
        self.total += 1;
    }
}

bounded_context! {
    /// Counts things.
    pub(crate) Counting { aggregates: [Counter] }
}

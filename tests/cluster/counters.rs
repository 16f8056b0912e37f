//! The domain of a node: things that are counted.

use std::{convert::Infallible, io::Read as _, net::TcpStream};

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

/// Count one more, unless whoever listens at an address says that it is too late: what decides is
/// not the actor's state, as with a deadline, and how long that takes is up to the test.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CountInTime {
    /// Which counter.
    #[command(id)]
    pub(crate) counter: String,
    /// Who is asked whether it is in time.
    pub(crate) clock: String,
}

/// It was too late to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is too late")]
pub(crate) struct TooLate;

/// What the clock says that is asked if it is in time.
pub(crate) const IN_TIME: &str = "in time";

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

    #[handle]
    fn count_in_time(&self, command: CountInTime) -> Result<Counted, TooLate> {
        let CountInTime { counter, clock } = command;
        let mut said = String::new();
        let asked =
            tokio::task::block_in_place(|| TcpStream::connect(clock)?.read_to_string(&mut said));
        if asked.is_ok() && said == IN_TIME {
            Ok(Counted { counter })
        } else {
            Err(TooLate)
        }
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

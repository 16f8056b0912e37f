//! Timers: what commits asked for at some later time, and what is still to come of it.
//!
//! [`PendingTimers`] is a fold over commits: which timers are set, and whose turn it is.
//! [`TimerLedger`] keeps that fold beside the log, split in partitions, so that a restart reads
//! the end of the log and not all of it. Both are told the time and never ask for it, and neither
//! carries out a command: whoever fires a timer says so afterwards.
//!
//! Nothing here waits for time, and nothing knows of a runtime.

mod ledger;
mod pending;

pub use self::{
    ledger::{FullPartition, TimerLedger},
    pending::{DueTimer, PendingTimers, TimerScope},
};

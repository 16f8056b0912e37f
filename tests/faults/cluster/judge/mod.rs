//! Judges what clients of a cluster were answered, by what the log has and by the shard tables that
//! nodes went by.
//!
//! It is pure, and takes O(n log n): the log is the witness of the order in which commands took
//! effect, so that no other order has to be looked for.

mod answers;
mod healing;
mod log;
mod tables;
mod violation;

use std::sync::Arc;

pub(crate) use self::{
    answers::check_answers,
    healing::{Healing, check_healing},
    log::check_log,
    tables::{Layout, Watched, check_sightings, check_steps},
    violation::Violation,
};

/// What a client was told of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) number: u64,
    pub(crate) account: usize,
    pub(crate) by: i64,
    pub(crate) outcome: Outcome,
    /// When it was sent, in nanoseconds, and when it was answered.
    pub(crate) began: u64,
    pub(crate) ended: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It took effect, and this is what is there after it, if that was said.
    Done { version: u64, total: Option<i64> },
    /// It was refused, for this is what is there.
    Refused { total: i64 },
    /// It is not known whether it took effect.
    InDoubt(String),
}

/// A commit of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) account: usize,
    pub(crate) version: u64,
    /// None, if it is there for its fence alone.
    pub(crate) change: Option<Made>,
    /// The epoch of its fence, if it has one.
    pub(crate) fence: Option<u64>,
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) number: u64,
    pub(crate) by: i64,
    pub(crate) total: i64,
    /// Who made it, and the epoch since which that had the account, as far as it knew.
    pub(crate) process: Option<(Arc<str>, u64)>,
}

#[cfg(test)]
mod tests;

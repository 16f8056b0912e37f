use std::fmt;

use super::parking::Lot;
use crate::{Position, Timestamp};

/// What a follower of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FollowerKind {
    /// Events become commands.
    Policy,
    /// Events are handed to the instances of a process manager.
    Process,
    /// Events become a read model.
    Projection,
    /// Events are told to an external system.
    Adapter,
    /// Commands that the commits of an aggregate ask for are carried out.
    Outbox,
    /// Commands that an aggregate or a policy asks for later are carried out at their time.
    Timers,
}

impl FollowerKind {
    /// As it is called in metrics and traces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Process => "process",
            Self::Projection => "projection",
            Self::Adapter => "adapter",
            Self::Outbox => "outbox",
            Self::Timers => "timers",
        }
    }
}

impl fmt::Display for FollowerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a follower is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FollowerState {
    /// It works, or waits for more.
    Running,
    /// Another process of the cluster does its work. How far that is, is not known here.
    Elsewhere,
    /// Something it needs is out of reach; it tries again and again, and skips nothing.
    Retrying {
        /// How many attempts there have been.
        attempts: u32,
        /// What happened last.
        reason: String,
    },
    /// It has met something it cannot get past, and stands still before it.
    Halted {
        /// What it is.
        reason: String,
    },
}

/// How far a follower has come, and how it is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FollowerStatus {
    /// The policy, projection or external system.
    pub name: &'static str,
    /// What it is.
    pub kind: FollowerKind,
    /// The place in the log up to which it has done its work.
    pub position: Position,
    /// How many of its commands the domain has refused since the start.
    pub refused: u64,
    /// How it is doing.
    pub state: FollowerState,
    /// What is still to come, for [`FollowerKind::Timers`], as of its position.
    pub timers: Option<TimersStatus>,
    /// What it could not handle and has set aside.
    pub parked: ParkedStatus,
}

/// What a follower could not handle and has set aside: see [`parking`](super::parking).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ParkedStatus {
    /// Of how many actors something is parked.
    pub actors: usize,
    /// For how many of these it is tried again by itself; the others wait for an order.
    pub retried: usize,
}

/// What is still to come of the timers of an aggregate or a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TimersStatus {
    /// How many are pending.
    pub pending: usize,
    /// When the next one is due.
    pub next_due: Option<Timestamp>,
    /// How many of the [partitions](crate::store::timers::TimerLedger) have more timers than the
    /// store keeps in one value. Nothing is lost, but a restart reads more of the log.
    pub full: u32,
}

impl ParkedStatus {
    /// For how many actors what is parked waits for an order.
    pub const fn waiting(&self) -> usize {
        self.actors.saturating_sub(self.retried)
    }

    pub(super) fn of(lot: &Lot) -> Self {
        let (actors, retried) = lot.counts();
        Self { actors, retried }
    }
}

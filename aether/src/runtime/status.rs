use crate::Position;

/// What a follower of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FollowerKind {
    /// Events become commands.
    Policy,
    /// Events become a read model.
    Projection,
    /// Events are told to an external system.
    Adapter,
}

/// How a follower is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FollowerState {
    /// It works, or waits for more.
    Running,
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
}

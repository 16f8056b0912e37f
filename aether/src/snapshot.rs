use crate::{ActorId, CommitId, Payload, Position, Recorded, Sessions, Timestamp, Version};

/// The state of an actor after some of its events, kept so that a load need not start from the
/// first event.
///
/// A snapshot is derived from the log and never trusted over it: one whose `schema_hash` is not
/// that of the present state type is left aside, and so is one whose last commit is not in the
/// log; then the log is folded from its first event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorSnapshot {
    /// Whose state it is.
    pub actor_id: ActorId,
    /// The version of the last event it contains.
    pub version: Version,
    /// The commit that event is the last one of.
    pub last_commit: CommitRef,
    /// What its actor knows of the sessions that had an effect on it.
    pub sessions: Sessions,
    /// The state.
    pub state: Payload,
    /// Tells which shape the state has.
    pub schema_hash: u64,
    /// When it was taken.
    pub timestamp: Timestamp,
}

/// Names a commit and its place in the log and in the history of its actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitRef {
    /// The commit.
    pub id: CommitId,
    /// The version its actor was at before it.
    pub expected: Version,
    /// Its place in the log.
    pub position: Position,
}

impl CommitRef {
    /// Names a commit that is stored.
    pub fn of(recorded: &Recorded) -> Self {
        Self {
            id: recorded.commit.id(),
            expected: recorded.commit.expected(),
            position: recorded.position,
        }
    }
}

impl ActorSnapshot {
    /// Whether it is to be kept rather than another one of the same actor: it is later, or of
    /// another shape.
    pub fn replaces(&self, kept: &Self) -> bool {
        self.schema_hash != kept.schema_hash || self.version > kept.version
    }

    /// Whether this commit is the last one it contains.
    ///
    /// If the first commit that is read after [`CommitRef::expected`] is not, the log is not the
    /// one that the snapshot was taken from: it was restored from a backup, say.
    pub fn ends_with(&self, recorded: &Recorded) -> bool {
        recorded.commit.id() == self.last_commit.id && recorded.commit.version() == self.version
    }
}

use crate::{ActorId, Payload, Timestamp, Version};

/// The state of an actor after some of its events, kept so that a load need not start from the
/// first event.
///
/// A snapshot is derived from the log and never trusted over it: one whose `schema_hash` is not
/// that of the present state type is thrown away, and the log is replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorSnapshot {
    /// Whose state it is.
    pub actor_id: ActorId,
    /// The version of the last event it contains.
    pub version: Version,
    /// The state.
    pub state: Payload,
    /// Tells which shape the state has.
    pub schema_hash: u64,
    /// When it was taken.
    pub timestamp: Timestamp,
}

impl ActorSnapshot {
    /// Whether it is to be kept rather than another one of the same actor: it is later, or of
    /// another shape.
    pub fn replaces(&self, kept: &Self) -> bool {
        self.schema_hash != kept.schema_hash || self.version > kept.version
    }
}

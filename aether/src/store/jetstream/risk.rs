use std::fmt;

/// A setting of a stream with which events may be lost, by the name under which it is
/// [accepted](super::JetStreamOptions::accepting).
///
/// Settings with which the store could not work at all have no name here, and are always refused;
/// the table [here](super#settings) has them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Risk {
    /// The stream is in memory: all events are gone when the servers that hold it stop.
    MemoryStorage,
    /// The stream has fewer replicas than were asked for.
    FewerReplicas,
    /// `persist_mode` is `async`: what was acknowledged a moment before a server dies is lost.
    AsyncPersistence,
    /// Without `deny_delete`, whoever has access to the stream can delete single commits.
    Deletion,
    /// Without `deny_purge`, whoever has access to the stream can delete all commits.
    Purge,
    /// With `allow_rollup_hdrs`, a message of another program can delete those before it.
    Rollup,
    /// With `allow_msg_ttl`, messages of other programs can vanish, which are then gaps.
    MessageTtl,
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Risk::{self:?}")
    }
}

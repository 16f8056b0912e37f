use crate::{Commit, Namespace, Position, store::Recorded};

/// Says that a commit was stored: what a bus tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventStored {
    /// Where it was stored.
    pub namespace: Namespace,
    /// Its place in the log of the namespace.
    pub position: Position,
    /// What was stored.
    pub commit: Commit,
}

impl EventStored {
    /// A commit of a namespace, as its log has it.
    pub fn new(namespace: Namespace, recorded: Recorded) -> Self {
        let Recorded { position, commit } = recorded;
        Self {
            namespace,
            position,
            commit,
        }
    }
}

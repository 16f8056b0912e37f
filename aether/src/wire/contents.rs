use crate::{Commit, CommitId, Event, InvalidCommit, OutgoingCommand, TimerChange};

/// What the bytes of a commit hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// The events, in order.
    pub events: Vec<Event>,
    /// The commands that are asked of others, in order.
    pub outgoing: Vec<OutgoingCommand>,
    /// What happens to timers, in order.
    pub timers: Vec<TimerChange>,
}

impl TryFrom<Contents> for Commit {
    type Error = InvalidCommit;

    fn try_from(contents: Contents) -> Result<Self, InvalidCommit> {
        contents.into_commit(CommitId::new())
    }
}

impl Contents {
    /// The commit that has this id.
    pub(crate) fn into_commit(self, id: CommitId) -> Result<Commit, InvalidCommit> {
        let commit = Commit::identified(id, self.events.into())?;
        let commit = self.outgoing.into_iter().fold(commit, Commit::asking);
        Ok(self.timers.into_iter().fold(commit, Commit::changing))
    }
}

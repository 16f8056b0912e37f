use crate::{Commit, Event, InvalidCommit, OutgoingCommand, TimerChange};

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
        let Contents {
            events,
            outgoing,
            timers,
        } = contents;
        let commit = outgoing.into_iter().fold(Self::new(events)?, Self::asking);
        Ok(timers.into_iter().fold(commit, Self::changing))
    }
}

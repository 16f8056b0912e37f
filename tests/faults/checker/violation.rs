use aether::{ActorId, CommitId, Position, Receipt, Version};

use crate::history::Answer;

/// A promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Violation {
    #[error("lost: commit {commit} was acknowledged at {told}, and is not in the log")]
    Lost { commit: CommitId, told: Position },
    #[error("wrong receipt: commit {commit} was acknowledged as {told:?}, it is {stored:?}")]
    WrongReceipt {
        commit: CommitId,
        told: Receipt,
        stored: Receipt,
    },
    #[error("doubled: commit {commit} is at {first} and at {again}")]
    Doubled {
        commit: CommitId,
        first: Position,
        again: Position,
    },
    #[error("torn: what is at {position} is not what was appended as commit {commit}")]
    Torn {
        commit: CommitId,
        position: Position,
    },
    #[error("partial: of a transaction commit {stored} is in the log, and commit {missing} is not")]
    Partial { stored: CommitId, missing: CommitId },
    #[error("apart: in a transaction commit {commit} at {position} does not follow {before}")]
    Apart {
        commit: CommitId,
        before: Position,
        position: Position,
    },
    #[error(
        "guard: at {position} a transaction was stored that wants `{actor}` at {wanted}, and it was at {found}"
    )]
    Guard {
        actor: ActorId,
        position: Position,
        wanted: Version,
        found: Version,
    },
    #[error("wrong receipts: {receipts} receipts were given for {commits} commits")]
    WrongReceipts { commits: usize, receipts: usize },
    #[error("unknown: nobody appended commit {commit}, which is at {position}")]
    Unknown {
        commit: CommitId,
        position: Position,
    },
    #[error("gap: at {position} `{actor}` goes on with version {found}, not with {wanted}")]
    Gap {
        actor: ActorId,
        position: Position,
        wanted: Version,
        found: Version,
    },
    #[error("overlap: at {position} `{actor}` has version {found} again, not {wanted}")]
    Overlap {
        actor: ActorId,
        position: Position,
        wanted: Version,
        found: Version,
    },
    #[error("out of order: position {position} comes after {before}")]
    OutOfOrder {
        before: Position,
        position: Position,
    },
    #[error("denied: commit {commit} is at {position}, and the answer was: {answer}")]
    Denied {
        commit: CommitId,
        position: Position,
        answer: Answer,
    },
    #[error("false conflict: commit {commit} of `{actor}` was answered: {answer}")]
    FalseConflict {
        commit: CommitId,
        actor: ActorId,
        answer: Answer,
    },
    #[error("unresolved: the last answer to commit {commit} was: {answer}")]
    Unresolved { commit: CommitId, answer: Answer },
    #[error("refused: commit {commit} was answered: {answer}")]
    Refused { commit: CommitId, answer: Answer },
    #[error("readers differ: {reader} has {theirs:?} where the log has {ours:?}")]
    ReadersDiffer {
        reader: String,
        ours: Option<Position>,
        theirs: Option<Position>,
    },
    #[error("unreadable: the history of `{actor}`: {reason}")]
    Unreadable { actor: ActorId, reason: String },
}

impl Violation {
    /// The word for it.
    pub(crate) fn kind(&self) -> String {
        let text = self.to_string();
        text.split(':').next().unwrap_or_default().to_owned()
    }
}

use std::{error::Error, fmt, time::Duration};

use aether::{Commit, Receipt, StoreError, StoreErrorKind, Version};

/// What a writer tried to store, and every answer it got, in order.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) commit: Commit,
    pub(crate) answers: Vec<Answer>,
    /// How long it waited for the slowest one.
    pub(crate) longest: Duration,
}

/// What a store answered to an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Stored(Receipt),
    /// Nothing was stored, for the actor is at another version.
    Conflict {
        attempted: Version,
        current: Version,
    },
    /// It is not known whether it is stored.
    InDoubt,
    /// None, for the writer did not wait for it: it is not known whether it is stored.
    Dropped,
    /// Nothing was stored, for the store is out of reach.
    Unavailable,
    /// Nothing was stored, for a reason that there should not be.
    Refused(String),
}

impl Trial {
    pub(crate) const fn of(commit: Commit) -> Self {
        Self {
            commit,
            answers: Vec::new(),
            longest: Duration::ZERO,
        }
    }

    pub(crate) fn was_in_doubt(&self) -> bool {
        self.answers.iter().any(Answer::is_doubt)
    }

    /// Whether there was an answer that says for ever what became of it.
    pub(crate) fn is_settled(&self) -> bool {
        self.answers.iter().any(Answer::is_final)
    }

    pub(crate) fn is_stored(&self) -> bool {
        self.answers
            .iter()
            .any(|answer| matches!(answer, Answer::Stored(_)))
    }
}

impl Answer {
    pub(crate) const fn is_doubt(&self) -> bool {
        matches!(self, Self::InDoubt | Self::Dropped)
    }

    pub(crate) const fn is_final(&self) -> bool {
        matches!(self, Self::Stored(_) | Self::Conflict { .. })
    }
}

impl From<Result<Receipt, StoreError>> for Answer {
    fn from(result: Result<Receipt, StoreError>) -> Self {
        let err = match result {
            Ok(receipt) => return Self::Stored(receipt),
            Err(err) => err,
        };
        if let Some(conflict) = err.version_conflict() {
            let (attempted, current) = (conflict.attempted, conflict.current);
            return Self::Conflict { attempted, current };
        }
        let kind = err.kind();
        if kind == StoreErrorKind::InDoubt {
            Self::InDoubt
        } else if kind == StoreErrorKind::Unavailable {
            Self::Unavailable
        } else {
            Self::Refused(format!("{kind:?}: {}", with_sources(&err)))
        }
    }
}

fn with_sources(err: &StoreError) -> String {
    let (mut text, mut source) = (err.to_string(), err.source());
    while let Some(err) = source {
        text = format!("{text}: {err}");
        source = err.source();
    }
    text
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored(Receipt { position, version }) => {
                write!(f, "stored at {position}, to version {version}")
            }
            Self::Conflict { attempted, current } => {
                write!(f, "no version {attempted}, the actor is at {current}")
            }
            Self::InDoubt => f.write_str("in doubt"),
            Self::Dropped => f.write_str("not waited for"),
            Self::Unavailable => f.write_str("nothing was stored, the store is out of reach"),
            Self::Refused(reason) => write!(f, "refused: {reason}"),
        }
    }
}

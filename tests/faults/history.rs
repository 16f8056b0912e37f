use std::{error::Error, fmt, time::Duration};

use aether::{
    ActorId, Commit, Receipt, StoreError, StoreErrorKind, Transaction, Version, VersionConflict,
};

/// What a writer tried to store, and every answer it got, in order.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    /// One commit, or those of a transaction.
    pub(crate) commits: Vec<Commit>,
    /// The actors that must not have moved, and are not written to.
    pub(crate) guards: Vec<(ActorId, Version)>,
    pub(crate) answers: Vec<Answer>,
    /// How long it waited for the slowest one.
    pub(crate) longest: Duration,
}

/// What a store answered to an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Stored(Vec<Receipt>),
    /// Nothing was stored, for an actor is at another version.
    Conflict {
        actor: ActorId,
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
    pub(crate) fn of(commit: Commit) -> Self {
        Self::together([commit], [])
    }

    /// What is stored all or nothing.
    pub(crate) fn together(
        commits: impl Into<Vec<Commit>>,
        guards: impl Into<Vec<(ActorId, Version)>>,
    ) -> Self {
        Self {
            commits: commits.into(),
            guards: guards.into(),
            answers: Vec::new(),
            longest: Duration::ZERO,
        }
    }

    /// Whether it is more than a plain append.
    pub(crate) fn is_transaction(&self) -> bool {
        self.commits.len() + self.guards.len() > 1
    }

    pub(crate) fn transaction(&self) -> Transaction {
        let transaction = Transaction::new(self.commits.iter().cloned()).unwrap();
        let guards = self.guards.iter().cloned();
        guards.fold(transaction, |it, (actor, version)| {
            it.guard(actor, version).unwrap()
        })
    }

    /// How many events it has.
    pub(crate) fn events(&self) -> usize {
        self.commits
            .iter()
            .map(|commit| commit.events().len())
            .sum()
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

impl From<Result<Vec<Receipt>, StoreError>> for Answer {
    fn from(result: Result<Vec<Receipt>, StoreError>) -> Self {
        let err = match result {
            Ok(receipts) => return Self::Stored(receipts),
            Err(err) => err,
        };
        if let Some(VersionConflict {
            actor_id,
            attempted,
            current,
        }) = err.version_conflict()
        {
            let (actor, attempted, current) = (actor_id.clone(), *attempted, *current);
            return Self::Conflict {
                actor,
                attempted,
                current,
            };
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
            Self::Stored(receipts) => {
                f.write_str("stored")?;
                receipts
                    .iter()
                    .try_for_each(|Receipt { position, version }| {
                        write!(f, " at {position}, to version {version};")
                    })
            }
            Self::Conflict {
                actor,
                attempted,
                current,
            } => write!(f, "no version {attempted}, `{actor}` is at {current}"),
            Self::InDoubt => f.write_str("in doubt"),
            Self::Dropped => f.write_str("not waited for"),
            Self::Unavailable => f.write_str("nothing was stored, the store is out of reach"),
            Self::Refused(reason) => write!(f, "refused: {reason}"),
        }
    }
}

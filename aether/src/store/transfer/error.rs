use std::borrow::Cow;

use crate::{CommitId, Position, StoreError, wire::DecodeError};

/// Says why an export or an import did not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The store did not do what it was asked for.
    #[error("the store was not read or written")]
    Store(#[from] StoreError),
    /// The log holds something that cannot be read. What lies before it was exported.
    #[error("the log cannot be read on from here")]
    Unreadable(#[source] StoreError),
    /// An attribute of an event has a name that an export needs for itself.
    #[error("the commit at position {position} cannot be exported: it has the attribute `{name}`")]
    Reserved {
        /// Where it lies.
        position: Position,
        /// The name.
        name: &'static str,
    },
    /// A line is not what an export has there.
    #[error("line {line} is not what an export has there: {what}")]
    Line {
        /// Which line, counted from 1.
        line: u64,
        /// What is wrong with it.
        what: Cow<'static, str>,
    },
    /// The lines of a commit are no commit.
    #[error("the commit that ends in line {line} cannot be read")]
    Commit {
        /// Which line, counted from 1.
        line: u64,
        /// Why.
        source: DecodeError,
    },
    /// The lines are not those that were exported.
    #[error("the file was altered: {what}")]
    Altered {
        /// What its last line says, and what is there.
        what: String,
    },
    /// The last line is missing.
    #[error("the file is not complete: it breaks off after {lines} lines")]
    Truncated {
        /// How many whole lines there are.
        lines: u64,
    },
    /// The namespace holds something else than what the file begins with.
    #[error(
        "nothing more was stored: the namespace holds another history: at position {position} \
         it has the commit {found}, where the file has {wanted}"
    )]
    OtherHistory {
        /// Where in the namespace.
        position: Position,
        /// The commit that is there.
        found: CommitId,
        /// The commit of the file.
        wanted: CommitId,
    },
    /// The file goes on from a commit that the namespace does not hold.
    #[error("nothing was stored: the file goes on from the commit {0}, which is not there")]
    NoPredecessor(CommitId),
    /// The file that is to be gone on with is of another export.
    #[error("the file cannot be gone on with: {0}")]
    OtherExport(&'static str),
}

impl TransferError {
    pub(super) fn line(line: u64, what: impl Into<Cow<'static, str>>) -> Self {
        let what = what.into();
        Self::Line { line, what }
    }

    /// Whether it is the file that is at fault, or what is stored, rather than a store that
    /// cannot be reached.
    pub fn is_finding(&self) -> bool {
        match self {
            Self::Store(err) => err.kind() == crate::StoreErrorKind::Corrupt,
            Self::OtherExport(_) => false,
            Self::Unreadable(_)
            | Self::Reserved { .. }
            | Self::Line { .. }
            | Self::Commit { .. }
            | Self::Altered { .. }
            | Self::Truncated { .. }
            | Self::OtherHistory { .. }
            | Self::NoPredecessor(_) => true,
        }
    }
}

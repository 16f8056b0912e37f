use bytes::Bytes;

use super::{Position, Recorded, Span, StoreError};

/// What lies at a place in the log.
#[derive(Debug)]
pub enum Entry {
    /// A commit.
    Commit(Recorded),
    /// Something that cannot be read, or nothing where something should be.
    Unreadable(Unreadable),
}

/// Something in the log that is no commit.
#[derive(Debug)]
pub struct Unreadable {
    /// Its place; the first of them, if commits are missing.
    pub position: Position,
    /// What is wrong with it.
    pub error: StoreError,
    /// The bytes that lie there, as far as there are any.
    pub bytes: Bytes,
}

/// What was read of a part of the log, in the direction in which it was to be read.
#[derive(Debug)]
pub struct Stretch {
    /// What lies there.
    pub entries: Vec<Entry>,
    /// What is left of the part; none if this was the end of it.
    pub rest: Option<Span>,
}

impl Entry {
    /// Where it lies.
    pub const fn position(&self) -> Position {
        match self {
            Self::Commit(recorded) => recorded.position,
            Self::Unreadable(unreadable) => unreadable.position,
        }
    }

    /// The commit.
    ///
    /// # Errors
    /// If it cannot be read: of kind `Corrupt`, with its position.
    pub fn commit(self) -> Result<Recorded, StoreError> {
        match self {
            Self::Commit(recorded) => Ok(recorded),
            Self::Unreadable(unreadable) => Err(unreadable.error),
        }
    }
}

impl Stretch {
    /// Nothing, and nothing left.
    pub const EMPTY: Self = Self {
        entries: Vec::new(),
        rest: None,
    };
}

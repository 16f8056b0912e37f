use std::{borrow::Cow, error::Error, fmt};

use super::Position;
use crate::{ActorId, Version};

/// Says why a store did not do what it was asked for.
///
/// [`StoreError::kind`] answers what can be done about it; the text says what was and what was
/// not done; the source, where there is one, says what lay behind.
#[derive(Debug)]
pub struct StoreError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: StoreErrorKind,
    message: Cow<'static, str>,
    conflict: Option<VersionConflict>,
    position: Option<Position>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What can be done about an error of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The actor is at another version, or another checkpoint is kept. Nothing was stored: load it
    /// again and decide again.
    Conflict,
    /// The store is out of reach. Nothing was stored: try again later.
    Unavailable,
    /// No answer came. The commit may or may not be stored: append the very same commit again.
    InDoubt,
    /// What is stored cannot be read. Someone has to look at it.
    Corrupt,
    /// The store is set up in a way that cannot keep its promises. The text says which setting.
    Misconfigured,
    /// It is larger than the store can keep. Nothing was stored: make it smaller.
    TooLarge,
    /// What was asked for makes no sense. Nothing was stored.
    Invalid,
}

/// Says that an actor is not at the version that a commit expects. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "nothing was stored: event {attempted} of `{actor_id}` cannot be written, \
     for the actor is at version {current}"
)]
pub struct VersionConflict {
    /// The actor.
    pub actor_id: ActorId,
    /// The version that the first event of the commit was to have.
    pub attempted: Version,
    /// The version that the actor is at.
    pub current: Version,
}

impl StoreError {
    /// An error of some kind, with a text that says what was and what was not done.
    pub fn new(kind: StoreErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self(Box::new(Inner {
            kind,
            message,
            conflict: None,
            position: None,
            source: None,
        }))
    }

    /// The same error with what lay behind it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same error with the place in the log that it is about.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.0.position = Some(position);
        self
    }

    /// The same for someone else who is told of it, with what lay behind it as a text.
    #[cfg(feature = "runtime")]
    pub(crate) fn echo(&self) -> Self {
        let inner = &self.0;
        let behind = std::iter::successors(self.source(), |err| (*err).source());
        let behind: Vec<_> = behind.map(ToString::to_string).collect();
        let source = (!behind.is_empty()).then(|| behind.join(": ").into());
        Self(Box::new(Inner {
            kind: inner.kind,
            message: inner.message.clone(),
            conflict: inner.conflict.clone(),
            position: inner.position,
            source,
        }))
    }

    /// What can be done about it.
    pub const fn kind(&self) -> StoreErrorKind {
        self.0.kind
    }

    /// Who wanted which version and which one there is, if that is what it is about.
    pub const fn version_conflict(&self) -> Option<&VersionConflict> {
        self.0.conflict.as_ref()
    }

    /// The place in the log that it is about, if it is about one.
    pub const fn position(&self) -> Option<Position> {
        self.0.position
    }
}

impl From<VersionConflict> for StoreError {
    fn from(conflict: VersionConflict) -> Self {
        let mut error = Self::new(StoreErrorKind::Conflict, conflict.to_string());
        error.0.conflict = Some(conflict);
        error
    }
}

impl From<super::InvalidCommit> for StoreError {
    fn from(err: super::InvalidCommit) -> Self {
        Self::new(
            StoreErrorKind::Invalid,
            "nothing was stored: the events are not a commit",
        )
        .because(err)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match self.0.position {
            Some(position) => write!(f, " (at position {position})"),
            None => Ok(()),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

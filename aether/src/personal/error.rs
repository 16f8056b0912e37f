use std::{borrow::Cow, error::Error, fmt};

use crate::{DataSubject, InvalidId, KeyId, StoreError, StoreErrorKind};

/// Says why a key store did not do what it was asked for.
#[derive(Debug)]
pub struct KeyStoreError {
    kind: KeyStoreErrorKind,
    message: Cow<'static, str>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What can be done about an error of a key store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyStoreErrorKind {
    /// It is out of reach: try again later. This never means that someone is forgotten.
    Unavailable,
    /// What it keeps cannot be read. Someone has to look at it.
    Corrupt,
    /// It is set up in a way that cannot be. The text says how.
    Misconfigured,
}

impl KeyStoreError {
    /// An error of some kind, with a text that says what was and what was not done.
    pub fn new(kind: KeyStoreErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// The same error with what lay behind it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What can be done about it.
    pub const fn kind(&self) -> KeyStoreErrorKind {
        self.kind
    }

    pub(super) fn no_randomness<E: fmt::Display>(err: E) -> Self {
        let text = "the system gives no random numbers, so no key was made";
        Self::new(KeyStoreErrorKind::Unavailable, text).because(err.to_string())
    }
}

impl fmt::Display for KeyStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for KeyStoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

/// Says what is wrong with personal data: what lies behind a [`StoreError`] of a
/// [`SealedStore`](super::SealedStore).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersonalError {
    /// A new event has personal data of someone who is forgotten. Nothing was stored.
    #[error(
        "`{subject}` is forgotten, and nothing can be kept of it any more; a person who comes back needs a new name"
    )]
    Forgotten {
        /// Who.
        subject: DataSubject,
    },
    /// The keys cannot be had now.
    #[error("the keys of personal data cannot be had")]
    Keys(#[from] KeyStoreError),
    /// The key store has never seen the key, or it was retired.
    #[error(
        "the key store has no key {key} of `{subject}`: the events were written with the keys of another key store, or the key was retired"
    )]
    UnknownKey {
        /// Whose key.
        subject: DataSubject,
        /// Which key.
        key: KeyId,
    },
    /// The data was changed, or moved here from elsewhere.
    #[error(
        "the personal data in `{field}` is not what was written there: it was changed, or moved from another event, actor or namespace"
    )]
    Tampered {
        /// The field.
        field: String,
    },
    /// The encrypted form is of a later Aether, or none at all.
    #[error("the personal data in `{field}` is not in a form that this build knows")]
    Unreadable {
        /// The field.
        field: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A field that is to be encrypted is not there. Nothing was stored.
    #[error("`{item}` has no field `{field}`, which holds personal data")]
    NoField {
        /// The event or command.
        item: String,
        /// The field.
        field: &'static str,
    },
    /// Nobody is named whom the data is about. Nothing was stored.
    #[error("`{item}` does not say in `{path}` whom `{field}` is about")]
    NoSubject {
        /// The event or command.
        item: String,
        /// The field.
        field: &'static str,
        /// Where the subject should be.
        path: String,
    },
    /// What is named cannot be a data subject. Nothing was stored.
    #[error("`{item}` does not name a data subject for `{field}`")]
    BadSubject {
        /// The event or command.
        item: String,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        source: InvalidId,
    },
    /// The fields of an event or command are not known here. Nothing was stored.
    #[error(
        "no context that the store was given has `{item}`, so that its personal fields are not known"
    )]
    UnknownType {
        /// The event or command.
        item: String,
    },
    /// The data is no JSON object. Nothing was stored.
    #[error("the data of `{item}` is no JSON object")]
    NoObject {
        /// The event or command.
        item: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The cipher refuses, as it does for data of many gigabytes.
    #[error("the personal data in `{field}` cannot be encrypted")]
    Cipher {
        /// The field.
        field: String,
    },
}

impl PersonalError {
    fn kind(&self) -> StoreErrorKind {
        match self {
            Self::Keys(err) => match err.kind() {
                KeyStoreErrorKind::Unavailable => StoreErrorKind::Unavailable,
                KeyStoreErrorKind::Corrupt => StoreErrorKind::Corrupt,
                KeyStoreErrorKind::Misconfigured => StoreErrorKind::Misconfigured,
            },
            Self::UnknownKey { .. } | Self::UnknownType { .. } => StoreErrorKind::Misconfigured,
            Self::Tampered { .. } | Self::Unreadable { .. } => StoreErrorKind::Corrupt,
            Self::Cipher { .. } => StoreErrorKind::TooLarge,
            Self::Forgotten { .. }
            | Self::NoField { .. }
            | Self::NoSubject { .. }
            | Self::BadSubject { .. }
            | Self::NoObject { .. } => StoreErrorKind::Invalid,
        }
    }

    /// What a store says that has stored nothing for this reason.
    pub(super) fn refusing(self) -> StoreError {
        StoreError::new(
            self.kind(),
            "nothing was stored: the personal data cannot be encrypted",
        )
        .because(self)
    }

    /// What a store says that cannot read for this reason.
    pub(super) fn reading(self, what: impl fmt::Display) -> StoreError {
        let text = format!("the personal data of {what} cannot be read");
        StoreError::new(self.kind(), text).because(self)
    }

    /// What a store says that cannot forget for this reason.
    pub(super) fn forgetting(self, subject: &DataSubject) -> StoreError {
        let text = format!("`{subject}` may not be forgotten yet: forget it again");
        StoreError::new(self.kind(), text).because(self)
    }
}

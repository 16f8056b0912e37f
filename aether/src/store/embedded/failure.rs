use std::{any::Any, io, path::Path};

use crate::{StoreError, StoreErrorKind};

/// Why work on the file did not end well.
#[derive(Debug)]
pub(super) enum Failure {
    /// The work itself said no; the engine is well.
    Store(StoreError),
    /// The engine said no.
    Engine(redb::Error),
    /// The engine panicked, as it does on some kinds of damage.
    Panic(String),
}

/// What a panic of the engine said.
#[derive(Debug, thiserror::Error)]
#[error("the engine panicked: {0}")]
struct Panicked(String);

impl From<StoreError> for Failure {
    fn from(err: StoreError) -> Self {
        Self::Store(err)
    }
}

macro_rules! engine_errors {
    ($($error:ident)+) => {$(
        impl From<redb::$error> for Failure {
            fn from(err: redb::$error) -> Self {
                Self::Engine(err.into())
            }
        }
    )+};
}

engine_errors! { CommitError DatabaseError StorageError TableError TransactionError }

impl Failure {
    pub(super) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Self::Panic(text.unwrap_or_default())
    }

    /// Whether the engine has to be opened anew before it can do anything else.
    pub(super) const fn breaks_the_engine(&self) -> bool {
        match self {
            Self::Store(_) => false,
            Self::Panic(_) => true,
            Self::Engine(err) => !matches!(
                err,
                redb::Error::Corrupted(_) | redb::Error::ValueTooLarge(_)
            ),
        }
    }

    /// What a caller is told: `what` was to be done with the file at `path`.
    pub(super) fn into_error(self, what: &str, path: &Path) -> StoreError {
        let kind = match &self {
            Self::Store(err) => err.kind(),
            Self::Panic(_) => StoreErrorKind::Corrupt,
            Self::Engine(err) => kind(err),
        };
        let path = path.display();
        let told = if kind == StoreErrorKind::Corrupt {
            format!("the file `{path}` is damaged")
        } else {
            format!("the file `{path}` cannot be {what}")
        };
        match self {
            Self::Store(err) => err,
            Self::Panic(text) => StoreError::new(kind, told).because(Panicked(text)),
            Self::Engine(redb::Error::Io(err)) => StoreError::new(kind, told).because(err),
            Self::Engine(err) => StoreError::new(kind, told).because(err),
        }
    }
}

fn kind(err: &redb::Error) -> StoreErrorKind {
    use redb::Error as E;
    if let E::Io(err) = err {
        kind_of_io(err)
    } else if matches!(err, E::UpgradeRequired(_)) {
        StoreErrorKind::Misconfigured
    } else if matches!(err, E::ValueTooLarge(_)) {
        StoreErrorKind::TooLarge
    } else if is_damage(err) {
        StoreErrorKind::Corrupt
    } else {
        StoreErrorKind::Unavailable
    }
}

/// A table that is of another kind than ours is damage, for the format was checked.
const fn is_damage(err: &redb::Error) -> bool {
    use redb::Error as E;
    matches!(
        err,
        E::Corrupted(_)
            | E::TableTypeMismatch { .. }
            | E::TypeDefinitionChanged { .. }
            | E::TableIsMultimap(_)
    )
}

/// What can be done about an error of the file system.
pub(super) fn kind_of_io(err: &io::Error) -> StoreErrorKind {
    use io::ErrorKind as E;
    let kind = err.kind();
    let is_set_up_wrongly = matches!(
        kind,
        E::PermissionDenied
            | E::ReadOnlyFilesystem
            | E::NotADirectory
            | E::IsADirectory
            | E::NotFound
            | E::AlreadyExists
            | E::Unsupported
            | E::InvalidFilename
    );
    if matches!(kind, E::InvalidData | E::UnexpectedEof) {
        StoreErrorKind::Corrupt
    } else if is_set_up_wrongly {
        StoreErrorKind::Misconfigured
    } else {
        StoreErrorKind::Unavailable
    }
}

use super::Stored;

/// Says why a stored event is not one of the events that were expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No event of the set has this type.
    #[error("`{set}` has no event stored as \"{event_type}\"")]
    UnknownType {
        /// The name it is stored under.
        event_type: String,
        /// The set of events that was asked.
        set: &'static str,
    },
    /// It was written by a newer build than this one.
    #[error(
        "\"{event_type}\" is stored in version {found}; this build knows versions up to {known}"
    )]
    FutureVersion {
        /// The name it is stored under.
        event_type: String,
        /// The version it is stored in.
        found: u32,
        /// The latest version that this build knows.
        known: u32,
    },
    /// No upcaster is listed for its version.
    #[error("\"{event_type}\" is stored in version {found}, for which no upcaster is listed")]
    RetiredVersion {
        /// The name it is stored under.
        event_type: String,
        /// The version it is stored in.
        found: u32,
    },
    /// The data does not have the shape it should have.
    #[error("the data of \"{event_type}\" in version {schema_version} has another shape")]
    Payload {
        /// The name it is stored under.
        event_type: String,
        /// The version it is stored in.
        schema_version: u32,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
}

impl DecodeError {
    /// The name the event is stored under.
    pub fn event_type(&self) -> &str {
        match self {
            Self::UnknownType { event_type, .. }
            | Self::FutureVersion { event_type, .. }
            | Self::RetiredVersion { event_type, .. }
            | Self::Payload { event_type, .. } => event_type,
        }
    }

    #[cold]
    pub(crate) fn payload(stored: Stored<'_>, source: serde_json::Error) -> Self {
        let (event_type, schema_version) = (stored.event_type.to_owned(), stored.schema_version);
        Self::Payload {
            event_type,
            schema_version,
            source,
        }
    }
}

/// A version that is neither the present one nor one that an upcaster takes.
#[cold]
#[must_use]
pub fn unreadable_version(stored: Stored<'_>, known: u32) -> DecodeError {
    let (event_type, found) = (stored.event_type.to_owned(), stored.schema_version);
    if found > known {
        DecodeError::FutureVersion {
            event_type,
            found,
            known,
        }
    } else {
        DecodeError::RetiredVersion { event_type, found }
    }
}

/// An event type that no member of the set covers.
#[cold]
#[must_use]
pub fn unknown_type(stored: Stored<'_>, set: &'static str) -> DecodeError {
    DecodeError::UnknownType {
        event_type: stored.event_type.to_owned(),
        set,
    }
}

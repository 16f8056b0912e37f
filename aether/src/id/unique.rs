use uuid::Uuid;

use super::{InvalidId, sequence};

macro_rules! unique_id {
    ($(#[$doc:meta])* $id:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $id(Uuid);

        impl $id {
            /// Makes a new one, a UUID of version 7: later ones of this process sort after earlier
            /// ones, whatever the clock does.
            ///
            /// It is unique and no secret: within a millisecond they count on from a random one.
            pub fn new() -> Self {
                Self(sequence::next())
            }

            /// The UUID.
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl Default for $id {
            fn default() -> Self {
                Self::new()
            }
        }

        impl From<Uuid> for $id {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl std::fmt::Display for $id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl std::str::FromStr for $id {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self).map_err(|err| InvalidId::Malformed {
                    kind: $kind,
                    text: text.to_owned(),
                    reason: err.to_string(),
                })
            }
        }
    };
}

unique_id!(
    /// Tells one event from every other.
    EventId,
    "an event id"
);

unique_id!(
    /// Tells one commit from every other, so that a repeated append is known to be a repetition.
    CommitId,
    "a commit id"
);

unique_id!(
    /// Tells one command from every other. An actor handles a command once: the same id sent
    /// again changes nothing.
    CommandId,
    "a command id"
);

unique_id!(
    /// Tells one key of a data subject from every other.
    KeyId,
    "a key id"
);

#[cfg(feature = "runtime")]
macro_rules! made_at {
    ($($id:ident),+) => {$(
        impl $id {
            /// The same as `new`, by who has just read a clock.
            pub(crate) fn new_at(moment: crate::Timestamp) -> Self {
                Self(sequence::next_at(moment))
            }
        }
    )+};
}

#[cfg(feature = "runtime")]
made_at!(CommandId, CommitId, EventId);

#[cfg(feature = "runtime")]
impl CommitId {
    /// The one that is this UUID.
    pub(crate) const fn of(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl CommandId {
    /// Derives an id from what caused the command: the same cause and key give the same id.
    ///
    /// A policy that sees an event a second time so issues the very command it issued before.
    #[must_use]
    pub fn derived(cause: &Uuid, key: &str) -> Self {
        Self(Uuid::new_v5(cause, key.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_id_is_refused_with_what_was_given() {
        let err = "42".parse::<EventId>().unwrap_err();
        assert!(
            err.to_string().starts_with("`42` is not an event id: "),
            "{err}"
        );
    }

    #[test]
    fn a_derived_command_id_depends_on_cause_and_key() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(
            CommandId::derived(&a, "Policy/0"),
            CommandId::derived(&a, "Policy/0")
        );
        assert_ne!(
            CommandId::derived(&a, "Policy/0"),
            CommandId::derived(&a, "Policy/1")
        );
        assert_ne!(
            CommandId::derived(&a, "Policy/0"),
            CommandId::derived(&b, "Policy/0")
        );
    }
}

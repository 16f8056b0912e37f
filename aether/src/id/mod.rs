//! Identifiers: who an event is about, which namespace it lives in, and what tells it apart.
//!
//! Each is parsed once; no later code can hold a bad one.

mod actor_id;
mod data_subject;
mod namespace;
mod sequence;
mod unique;

pub use self::{
    actor_id::ActorId,
    data_subject::DataSubject,
    namespace::Namespace,
    unique::{CommandId, CommitId, EventId, KeyId},
};

/// Says why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidId {
    /// There is nothing in it.
    #[error("{kind} is empty")]
    Empty {
        /// Which id it was to be.
        kind: &'static str,
    },
    /// It is longer than the stores can keep.
    #[error("{kind} is {length} bytes long; at most {limit} are allowed")]
    TooLong {
        /// Which id it was to be.
        kind: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The most that is allowed, in bytes.
        limit: usize,
    },
    /// It is not the text of a UUID.
    #[error("`{text}` is not {kind}: {reason}")]
    Malformed {
        /// Which id it was to be.
        kind: &'static str,
        /// What was given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Accepts any text of 1 to `limit` bytes.
fn checked(kind: &'static str, text: &str, limit: usize) -> Result<(), InvalidId> {
    match text.len() {
        0 => Err(InvalidId::Empty { kind }),
        length if length > limit => Err(InvalidId::TooLong {
            kind,
            length,
            limit,
        }),
        _ => Ok(()),
    }
}

/// The traits of an id that is a text.
macro_rules! text_id {
    ($id:ident) => {
        impl $id {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::fmt::Debug for $id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($id), "({:?})"), &*self.0)
            }
        }

        impl AsRef<str> for $id {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $id {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $id {
            type Err = $crate::id::InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $id {
            type Error = $crate::id::InvalidId;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $id {
            type Error = $crate::id::InvalidId;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(&text)
            }
        }

        impl serde::Serialize for $id {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $id {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::new(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
use text_id;

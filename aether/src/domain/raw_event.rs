use std::borrow::Cow;

use super::{DecodeError, EventSet, Stored};
use crate::InvalidPayload;
use eventstorming::meta;

/// An event that this build does not know, kept as it was stored.
///
/// A variant marked `#[event(other)]` holds one, and takes whatever no other variant takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEvent {
    /// The name it is stored under.
    pub event_type: String,
    /// The version of the data's schema.
    pub schema_version: u32,
    /// The data, as JSON.
    pub data: Vec<u8>,
}

impl From<Stored<'_>> for RawEvent {
    fn from(stored: Stored<'_>) -> Self {
        Self {
            event_type: stored.event_type.to_owned(),
            schema_version: stored.schema_version,
            data: stored.data.to_owned(),
        }
    }
}

impl EventSet for RawEvent {
    const EVENTS: meta::Set<meta::Event> = &[];
    const TAKES_OTHERS: bool = true;

    fn stored_as(&self) -> (Cow<'static, str>, u32) {
        (Cow::Owned(self.event_type.clone()), self.schema_version)
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), InvalidPayload> {
        out.extend_from_slice(&self.data);
        Ok(())
    }

    fn covers(_event_type: &str) -> bool {
        true
    }

    fn decode(stored: Stored<'_>) -> Result<Self, DecodeError> {
        Ok(stored.into())
    }
}

//! What a person writes who has serde and no framework.

use aether::domain::NewEvent;
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

/// Says which stored event cannot be read.
#[derive(Debug)]
#[expect(dead_code, reason = "a caller would print it")]
pub(crate) enum Unreadable {
    Type(String),
    Version(String, u32),
    Payload(String, u32, serde_json::Error),
}

pub(crate) fn encode<T: Serialize>(event: &T, out: &mut Vec<u8>) -> serde_json::Result<()> {
    serde_json::to_writer(out, event)
}

pub(crate) fn decode<T: DeserializeOwned>(
    event_type: &str,
    version: u32,
    data: &[u8],
) -> Result<T, Unreadable> {
    if version != 1 {
        return Err(Unreadable::Version(event_type.to_owned(), version));
    }
    serde_json::from_slice(data)
        .map_err(|err| Unreadable::Payload(event_type.to_owned(), version, err))
}

/// An event that is ready to be stored.
pub(crate) struct Row {
    pub(crate) event_type: &'static str,
    pub(crate) schema_version: u32,
    pub(crate) data: Bytes,
}

impl PartialEq<NewEvent> for Row {
    fn eq(&self, event: &NewEvent) -> bool {
        self.event_type == event.event_type
            && self.schema_version == event.schema_version
            && self.data == *event.data.as_bytes()
    }
}

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    ActorId, Event, EventId, InvalidPayload, Payload, Position, Timestamp, Version,
    domain::{Origin, Stored},
};

/// The name under which an instance stores what it has received.
const RECEIVED: &str = "aether.received";

/// Whether an event is what an instance of a process manager has received: a copy of another
/// event, which concerns nobody else.
pub(in crate::runtime) fn is_received(event: &Event) -> bool {
    event.event_type == RECEIVED
}

/// An event as an instance of a process manager keeps it: with where it came from.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) struct Received<'a> {
    id: EventId,
    #[serde(rename = "type", borrow)]
    event_type: Cow<'a, str>,
    schema_version: u32,
    actor: String,
    version: u64,
    time: Timestamp,
    position: u64,
    #[serde(borrow)]
    data: &'a RawValue,
}

impl<'a> Received<'a> {
    /// The event as it is to be kept.
    pub(super) fn record(event: &'a Event, position: Position) -> Result<Payload, InvalidPayload> {
        let data = serde_json::from_str(event.data.as_str())?;
        Payload::of(&Self {
            id: event.id,
            event_type: Cow::Borrowed(&event.event_type),
            schema_version: event.schema_version,
            actor: event.actor_id.to_string(),
            version: event.version.as_u64(),
            time: event.timestamp,
            position: position.as_u64(),
            data,
        })
    }

    /// Reads what was kept; nothing if it is something else.
    pub(super) fn read(kept: &'a Event) -> Result<Option<Self>, InvalidPayload> {
        if is_received(kept) {
            Ok(Some(serde_json::from_slice(kept.data.as_bytes())?))
        } else {
            Ok(None)
        }
    }

    /// The event.
    pub(super) fn stored(&self) -> Stored<'_> {
        Stored {
            event_type: &self.event_type,
            schema_version: self.schema_version,
            data: self.data.get().as_bytes(),
        }
    }

    /// The actor whose event it is; none if the text is no id.
    pub(super) fn actor_id(&self) -> Option<ActorId> {
        ActorId::new(&self.actor).ok()
    }

    /// Where the event came from.
    pub(super) fn origin<'b>(&self, actor_id: &'b ActorId) -> Origin<'b> {
        Origin {
            event_id: self.id,
            actor_id,
            version: Version::new(self.version),
            timestamp: self.time,
            position: Position::new(self.position),
        }
    }
}

/// The type under which what was received is stored.
pub(super) const fn event_type() -> &'static str {
    RECEIVED
}

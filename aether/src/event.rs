use std::borrow::Cow;

use serde::Serialize;

use crate::{
    ActorId, Clock as _, EventId, InvalidId, InvalidPayload, Metadata, Payload, SystemClock,
    Timestamp, Version,
};

/// Something that happened to an actor, untyped: what stores keep and what the bus carries.
///
/// ```
/// use aether::{Event, Version};
/// use serde_json::json;
///
/// let event = Event::new("order-123", 1, "OrderPlaced", &json!({ "total": 99.99 }))?;
/// assert_eq!(event.version, Version::FIRST);
/// assert_eq!(event.data.as_str(), r#"{"total":99.99}"#);
/// # Ok::<(), aether::InvalidEvent>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// Tells it from every other event.
    pub id: EventId,
    /// What kind of thing happened.
    pub event_type: Cow<'static, str>,
    /// Whose history it belongs to.
    pub actor_id: ActorId,
    /// Its place in that history: 1, 2, 3 without gaps.
    pub version: Version,
    /// The version of the data's schema, counted from 1. Not to be confused with `version`.
    pub schema_version: u32,
    /// What happened.
    pub data: Payload,
    /// Why it happened, and whatever else is known about it.
    pub metadata: Metadata,
    /// When it happened.
    pub timestamp: Timestamp,
}

/// Says why there is no event.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEvent {
    /// The actor id is none.
    #[error("the event names no actor")]
    Actor(#[from] InvalidId),
    /// The data cannot be written as JSON.
    #[error("the event's data cannot be stored")]
    Data(#[from] InvalidPayload),
}

impl Event {
    /// Makes an event that happens now, with a new id, of schema version 1, without metadata.
    ///
    /// # Errors
    /// If the actor id is empty or too long, or the data cannot be written as JSON.
    pub fn new(
        actor_id: impl AsRef<str>,
        version: impl Into<Version>,
        event_type: impl Into<Cow<'static, str>>,
        data: &(impl Serialize + ?Sized),
    ) -> Result<Self, InvalidEvent> {
        let payload = Payload::of(data)?;
        Ok(Self::recorded(
            ActorId::new(actor_id)?,
            version.into(),
            event_type,
            payload,
        ))
    }

    /// Makes an event from parts that have been checked before.
    pub fn recorded(
        actor_id: ActorId,
        version: Version,
        event_type: impl Into<Cow<'static, str>>,
        data: Payload,
    ) -> Self {
        Self {
            id: EventId::new(),
            event_type: event_type.into(),
            actor_id,
            version,
            schema_version: 1,
            data,
            metadata: Metadata::new(),
            timestamp: SystemClock.now(),
        }
    }

    /// The same event with another id.
    #[must_use]
    pub const fn with_id(mut self, id: EventId) -> Self {
        self.id = id;
        self
    }

    /// The same event with data of another schema version.
    #[must_use]
    pub const fn with_schema_version(mut self, schema_version: u32) -> Self {
        self.schema_version = schema_version;
        self
    }

    /// The same event with other metadata.
    #[must_use]
    pub fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = metadata;
        self
    }

    /// The same event at another moment.
    #[must_use]
    pub const fn at(mut self, timestamp: Timestamp) -> Self {
        self.timestamp = timestamp;
        self
    }
}

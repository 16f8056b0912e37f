use std::{borrow::Cow, cmp::Ordering};

use eventstorming::meta::{self, Flow};
use serde::{Serialize, de::DeserializeOwned};

use super::{DecodeError, NewEvent, Stored, unreadable_version};
use crate::{Event, InvalidPayload, Version};

/// One kind of event: a struct with a stored name, a schema version and a payload.
///
/// `#[derive(Event)]` on a struct implements it. Each such type is an [`EventSet`] of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "add `#[derive(Event)]` to `{Self}` if it is a struct of this crate",
    note = "or give the variant named fields of its own: `Renamed {{ name: {Self} }}`"
)]
pub trait DomainEvent: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What the model says about it.
    const META: &'static meta::Event;

    /// Reads data that was stored in an earlier version. `#[event(upcast(..))]` writes it.
    ///
    /// # Errors
    /// If no upcaster takes the version, or the data does not have that version's shape.
    fn upcast(stored: Stored<'_>) -> Result<Self, DecodeError> {
        Err(unreadable_version(stored, Self::META.version))
    }
}

/// A typed event, or one of several.
///
/// `#[derive(Event)]` on an enum implements it, and every [`DomainEvent`] is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "add `#[derive(Event)]` to `{Self}` if it is a struct of this crate",
    note = "or give the variant named fields of its own: `Renamed {{ name: {Self} }}`"
)]
pub trait EventSet: Sized + Send + Sync + 'static {
    /// What the model says about its members.
    const EVENTS: meta::Set<meta::Event>;

    /// How often they occur in one value: one of them.
    const FLOW: Flow<meta::Event> = Flow::OneOf(Self::EVENTS);

    /// Whether it takes events of any type: what it does not know, it keeps as it was stored.
    const TAKES_OTHERS: bool = false;

    /// Whether each event that the set [includes](super::Includes) is stored as it would be by
    /// itself, so that it need not be put into the set to be written. A set that is written by hand
    /// is asked, unless it says so.
    const STORED_AS_MEMBERS: bool = false;

    /// The name and the schema version this value is stored under.
    fn stored_as(&self) -> (Cow<'static, str>, u32);

    /// Writes the data as JSON.
    ///
    /// # Errors
    /// If the data cannot be written as JSON.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), InvalidPayload>;

    /// Whether an event stored under this name is one of the set.
    fn covers(event_type: &str) -> bool;

    /// Reads an event, from bytes to the typed value in one pass.
    ///
    /// # Errors
    /// If no member has this name, no upcaster takes its version, or the data has another shape.
    fn decode(stored: Stored<'_>) -> Result<Self, DecodeError>;

    /// Writes the event in its stored form.
    ///
    /// # Errors
    /// If the data cannot be written as JSON.
    fn record(&self, actor_id: crate::ActorId, version: Version) -> Result<Event, InvalidPayload> {
        let NewEvent {
            event_type,
            schema_version,
            data,
        } = NewEvent::of(self)?;
        Ok(
            Event::recorded(actor_id, version, event_type, data)
                .with_schema_version(schema_version),
        )
    }
}

impl<E: DomainEvent> EventSet for E {
    const EVENTS: meta::Set<meta::Event> = &[E::META];
    const FLOW: Flow<meta::Event> = Flow::One(E::META);
    const STORED_AS_MEMBERS: bool = true;

    #[inline]
    fn stored_as(&self) -> (Cow<'static, str>, u32) {
        (Cow::Borrowed(E::META.name.as_str()), E::META.version)
    }

    #[inline]
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), InvalidPayload> {
        Ok(serde_json::to_writer(out, self)?)
    }

    #[inline]
    fn covers(event_type: &str) -> bool {
        event_type == E::META.name.as_str() || E::META.aliases.contains(&event_type)
    }

    #[inline]
    fn decode(stored: Stored<'_>) -> Result<Self, DecodeError> {
        match stored.schema_version.cmp(&E::META.version) {
            Ordering::Equal => from_json(stored),
            Ordering::Greater => Err(unreadable_version(stored, E::META.version)),
            Ordering::Less => E::upcast(stored),
        }
    }
}

/// Reads the data straight into a `T`.
///
/// # Errors
/// If the data has another shape.
#[inline]
pub fn from_json<T: DeserializeOwned>(stored: Stored<'_>) -> Result<T, DecodeError> {
    serde_json::from_slice(stored.data).map_err(|source| DecodeError::payload(stored, source))
}

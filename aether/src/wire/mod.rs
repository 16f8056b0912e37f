//! How events are written where others can read them: as CloudEvents 1.0, in JSON.
//!
//! A commit of one event is a CloudEvents document (`application/cloudevents+json`), a commit of
//! several is the standard batch of documents (`application/cloudevents-batch+json`). Any
//! CloudEvents consumer in any language can so read what a store keeps or a bus carries.
//!
//! | Attribute | Holds |
//! |---|---|
//! | `specversion` | `1.0` |
//! | `id` | [`Event::id`](crate::Event::id) |
//! | `type` | [`Event::event_type`](crate::Event::event_type) |
//! | `source` | `/aether/<namespace>`, percent-encoded |
//! | `subject` | [`Event::actor_id`](crate::Event::actor_id) |
//! | `time` | [`Event::timestamp`](crate::Event::timestamp) |
//! | `datacontenttype` | `application/json` |
//! | `schemaversion` | [`Event::schema_version`](crate::Event::schema_version), 1 if absent |
//! | `actorversion` | [`Event::version`](crate::Event::version) |
//! | `correlationid`, `causationid`, `commandid`, `traceparent` | [`Metadata`](crate::Metadata) |
//! | any other | the user's own metadata |
//! | `data` | [`Event::data`](crate::Event::data), byte for byte; `null` if absent |
//!
//! A number that CloudEvents' 32-bit `Integer` cannot hold is written as a string; either form is
//! read. An attribute of a foreign document that is a number or a boolean is kept as its text.
//!
//! Nothing here knows of stores, of subjects or of a network.

mod attribute;
mod decode;
mod document;
mod encode;
mod error;

pub use self::{
    decode::decode,
    encode::{encode, source_of},
    error::{DecodeError, Problem},
};

/// The media type of one event.
pub const CLOUDEVENT: &str = "application/cloudevents+json";

/// The media type of several events.
pub const CLOUDEVENTS_BATCH: &str = "application/cloudevents-batch+json";

/// The media type of some events of one commit.
pub const fn content_type(events: &[crate::Event]) -> &'static str {
    match events {
        [_] => CLOUDEVENT,
        _ => CLOUDEVENTS_BATCH,
    }
}

#[cfg(test)]
mod tests;

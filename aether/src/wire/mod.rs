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
//! | `aethersession` | [`Metadata::session`](crate::Metadata::session): `12.0.1 policy/Name` |
//! | `aetherfence` | on the first event of a commit by which a cluster's node took an actor over: the epoch and the cluster, `7 shop`; also on an event of type `aether.fenced`, which says nothing else |
//! | any other | the user's own metadata |
//! | `data` | [`Event::data`](crate::Event::data), byte for byte; `null` if absent |
//!
//! What a commit asks of others lies in the same batch, after the events, as documents that have
//! the extension `aetherkind`: a `command` (its `type` is the command's name, `commandkey` the key
//! of the instance it is addressed to), a `timer` (a command with `timerkey` and `due`) or a
//! `cancelledtimer` (with `timerkey`). Their `subject` is the actor that asks.
//!
//! A number that CloudEvents' 32-bit `Integer` cannot hold is written as a string; either form is
//! read. An attribute of a foreign document that is a number or a boolean is kept as its text.
//!
//! Nothing here knows of stores, of subjects or of a network.

mod attribute;
mod contents;
mod decode;
mod document;
mod encode;
mod error;
mod json;
mod own;
mod scan;
mod type_name;

pub use self::{
    contents::Contents,
    decode::decode,
    encode::{encode, source_of},
    error::{DecodeError, Problem},
};
#[cfg(feature = "nats")]
pub(crate) use self::{decode::decode_any, own::events as own_events};

/// The media type of one event.
pub const CLOUDEVENT: &str = "application/cloudevents+json";

/// The media type of several events.
pub const CLOUDEVENTS_BATCH: &str = "application/cloudevents-batch+json";

/// The kind of a document that is a command.
const COMMAND: &str = "command";
/// The kind of a document that is a timer, set.
const TIMER: &str = "timer";
/// The kind of a document that is a timer, cancelled.
const CANCELLED_TIMER: &str = "cancelledtimer";

/// The media type of a commit.
pub fn content_type(commit: &crate::Commit) -> &'static str {
    match commit.events() {
        [_] if encode::is_plain(commit) => CLOUDEVENT,
        _ => CLOUDEVENTS_BATCH,
    }
}

#[cfg(test)]
mod tests;

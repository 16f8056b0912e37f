use std::ops::Range;

use super::{CANCELLED_TIMER, COMMAND, TIMER, json::Json};
use crate::{Commit, Event, Metadata, Namespace, OutgoingCommand, TimerChange, Timestamp};

/// What an event needs in bytes without its data, metadata, type, source and subject, generously.
const ENVELOPE: usize = 240;

/// What metadata is taken to need, in bytes: usually the ids of a command and of a conversation.
const METADATA: usize = 240;

/// Writes a commit: one event alone as a document, anything more as a batch.
///
/// ```
/// use aether::{Commit, Event, Namespace, wire};
/// use serde_json::json;
///
/// let event = Event::new("order-123", 1, "OrderPlaced", &json!({ "total": 99.99 }))?;
/// let body = bytes::Bytes::from(wire::encode(&Commit::new([event.clone()])?, &Namespace::default()));
/// assert!(body.starts_with(br#"{"specversion":"1.0","id":""#));
/// assert!(body.ends_with(br#""data":{"total":99.99}}"#));
/// assert_eq!(wire::decode(&body)?.events, [event]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode(commit: &Commit, namespace: &Namespace) -> Vec<u8> {
    let mut writer = Writer::new(commit, namespace);
    match (commit.events(), is_plain(commit)) {
        ([event], true) => writer.event(event),
        _ => writer.batch(commit),
    }
    writer.json.into_bytes()
}

/// Whether a commit is events and nothing else.
pub(super) fn is_plain(commit: &Commit) -> bool {
    commit.outgoing().is_empty() && commit.timers().is_empty()
}

/// The `source` of every event of a namespace: a URI reference that no other namespace has.
pub fn source_of(namespace: &Namespace) -> String {
    let mut source = String::with_capacity(64);
    parts_of_source(namespace, |part| source.push_str(part));
    source
}

/// What the `source` of a namespace consists of, of which nothing has to be escaped in JSON.
fn parts_of_source(namespace: &Namespace, mut push: impl FnMut(&str)) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    push("/aether/");
    if namespace.as_str().bytes().all(is_plain) {
        return push(namespace.as_str());
    }
    for byte in namespace.as_str().bytes() {
        if is_plain(byte) {
            push(char::from(byte).encode_utf8(&mut [0; 4]));
        } else {
            push(&format!("%{byte:02X}"));
        }
    }
}

fn capacity(commit: &Commit, common: usize) -> usize {
    let events = commit.events().iter();
    let sizes = events.map(|event| {
        let metadata = if event.metadata.is_empty() {
            0
        } else {
            METADATA
        };
        event.event_type.len() + event.data.as_bytes().len() + metadata
    });
    let asks = commit
        .outgoing()
        .iter()
        .map(|command| command.data.as_bytes().len() + METADATA);
    let documents = commit.events().len() + commit.outgoing().len() + commit.timers().len();
    sizes.chain(asks).sum::<usize>() + documents * (ENVELOPE + common) + 2
}

struct Writer<'a> {
    json: Json,
    /// What stands in every document between its type and the rest: its source and its subject.
    origin: Vec<u8>,
    last: Option<Last<'a>>,
}

/// The last event that was written, and where, to be copied: what is stored together has most in
/// common.
struct Last<'a> {
    event: &'a Event,
    /// From its type to the second when it happened.
    described: Range<usize>,
}

impl<'a> Writer<'a> {
    fn new(commit: &Commit, namespace: &Namespace) -> Self {
        let actor = commit.actor_id().as_str();
        let mut origin = Json::with_capacity(namespace.as_str().len() + actor.len() + 48);
        origin.raw(r#","source":""#);
        parts_of_source(namespace, |part| origin.raw(part));
        origin.raw(r#"""#);
        text(&mut origin, r#","subject":"#, actor);
        let origin = origin.into_bytes();
        let json = Json::with_capacity(capacity(commit, origin.len()));
        let last = None;
        Self { json, origin, last }
    }

    fn batch(&mut self, commit: &'a Commit) {
        self.json.raw("[");
        for event in commit.events() {
            self.event(event);
            self.json.raw(",");
        }
        for command in commit.outgoing() {
            self.command(COMMAND, command, commit);
            self.end_of_command(command);
        }
        for (number, change) in commit.timers().iter().enumerate() {
            self.timer(number, change, commit);
        }
        self.json.pop();
        self.json.raw("]");
    }

    /// A document of a command, up to its data.
    fn command(&mut self, kind: &str, command: &OutgoingCommand, commit: &Commit) {
        self.json.raw(r#"{"specversion":"1.0","id":""#);
        self.json.uuid(command.id.as_uuid());
        self.json.raw(r#"","type":"#);
        self.json.string(&command.command);
        self.asked(kind, commit);
        text(&mut self.json, r#","commandkey":"#, &command.key);
    }

    fn end_of_command(&mut self, command: &OutgoingCommand) {
        self.json.raw(r#","data":"#);
        self.json.raw(command.data.as_bytes());
        self.json.raw("},");
    }

    fn timer(&mut self, number: usize, change: &TimerChange, commit: &Commit) {
        match change {
            TimerChange::Set(timer) => {
                self.command(TIMER, &timer.command, commit);
                text(&mut self.json, r#","timerkey":"#, &timer.key);
                self.json.raw(r#","due":""#);
                self.json.moment(timer.due);
                self.json.raw("\"");
                self.end_of_command(&timer.command);
            }
            TimerChange::Cancel(key) => {
                self.json.raw(r#"{"specversion":"1.0","id":""#);
                self.json.uuid(commit.id().as_uuid());
                self.json.raw("/");
                self.json.number(number as u64);
                self.json.raw(r#"","type":"aether.timer.cancelled""#);
                self.asked(CANCELLED_TIMER, commit);
                text(&mut self.json, r#","timerkey":"#, key);
                self.json.raw("},");
            }
        }
    }

    /// What the documents have in common that are no events.
    fn asked(&mut self, kind: &str, commit: &Commit) {
        self.json.raw(&self.origin);
        if let Some(event) = commit.events().last() {
            self.json.raw(r#","time":""#);
            self.json.moment(event.timestamp);
            self.json.raw("\"");
        }
        self.json.raw(r#","datacontenttype":"application/json""#);
        text(&mut self.json, r#","aetherkind":"#, kind);
    }

    fn event(&mut self, event: &'a Event) {
        self.json.raw(r#"{"specversion":"1.0","id":""#);
        self.json.uuid(event.id.as_uuid());
        self.described(event);
        self.json.rest_of_the_second(event.timestamp);
        self.versions(event);
        self.metadata(&event.metadata);
        self.json.raw(r#","data":"#);
        self.json.raw(event.data.as_bytes());
        self.json.raw("}");
    }

    /// The versions of an event: that of its schema is mostly the first.
    fn versions(&mut self, event: &Event) {
        if event.schema_version == 1 {
            self.json
                .raw(r#"","datacontenttype":"application/json","schemaversion":1,"actorversion":"#);
        } else {
            self.json
                .raw(r#"","datacontenttype":"application/json","schemaversion":"#);
            self.integer(event.schema_version.into());
            self.json.raw(r#","actorversion":"#);
        }
        self.integer(event.version.as_u64());
    }

    /// An event's type, source, subject and time, up to the second.
    fn described(&mut self, event: &'a Event) {
        if let Some(last) = self.last.as_ref().filter(|last| last.is_like(event)) {
            self.json.again(last.described.clone());
            return;
        }
        let start = self.json.len();
        self.json.raw(r#"","type":"#);
        self.json.string(&event.event_type);
        self.json.raw(&self.origin);
        self.json.raw(r#","time":""#);
        self.json.up_to_the_second(event.timestamp);
        let described = start..self.json.len();
        self.last = Some(Last { event, described });
    }

    fn metadata(&mut self, metadata: &Metadata) {
        if metadata.is_empty() {
            return;
        }
        self.optional(r#","correlationid":"#, metadata.correlation_id.as_deref());
        self.optional(r#","causationid":"#, metadata.causation_id.as_deref());
        if let Some(command_id) = &metadata.command_id {
            self.json.raw(r#","commandid":""#);
            self.json.uuid(command_id.as_uuid());
            self.json.raw("\"");
        }
        self.optional(r#","traceparent":"#, metadata.traceparent.as_deref());
        if let Some(mark) = &metadata.session {
            text(&mut self.json, r#","aethersession":"#, &mark.to_string());
        }
        for (key, value) in metadata.custom() {
            // Names of attributes need no escaping.
            self.json.raw(",\"");
            self.json.raw(key);
            text(&mut self.json, "\":", value);
        }
    }

    fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            text(&mut self.json, name, value);
        }
    }

    /// CloudEvents' `Integer` is signed and has 32 bits; what is larger is text.
    fn integer(&mut self, value: u64) {
        if i32::try_from(value).is_ok() {
            self.json.number(value);
        } else {
            self.json.raw("\"");
            self.json.number(value);
            self.json.raw("\"");
        }
    }
}

impl Last<'_> {
    /// Whether another event of the commit is described by the same bytes.
    fn is_like(&self, other: &Event) -> bool {
        let second = |event: &Event| event.timestamp.as_jiff().as_second();
        self.event.event_type == other.event_type
            && second(self.event) == second(other)
            && other.timestamp >= Timestamp::UNIX_EPOCH
    }
}

/// An attribute: its name with all that stands before the value, and its value.
fn text(json: &mut Json, name: &str, value: &str) {
    json.raw(name);
    json.string(value);
}

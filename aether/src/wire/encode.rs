use std::fmt::Write as _;

use super::{CANCELLED_TIMER, COMMAND, TIMER};
use crate::{Commit, Event, Metadata, Namespace, OutgoingCommand, TimerChange};

/// What an event without data, metadata and names needs, in bytes, generously.
const ENVELOPE: usize = 420;

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
    let source = source_of(namespace);
    let mut document = Writer(String::with_capacity(capacity(commit)));
    match (commit.events(), is_plain(commit)) {
        ([event], true) => document.event(event, &source),
        _ => document.batch(commit, &source),
    }
    document.0.into_bytes()
}

/// Whether a commit is events and nothing else.
pub(super) fn is_plain(commit: &Commit) -> bool {
    commit.outgoing().is_empty() && commit.timers().is_empty()
}

/// The `source` of every event of a namespace: a URI reference that no other namespace has.
pub fn source_of(namespace: &Namespace) -> String {
    let mut source = String::from("/aether/");
    for byte in namespace.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            source.push(char::from(byte));
        } else {
            push(&mut source, format_args!("%{byte:02X}"));
        }
    }
    source
}

fn capacity(commit: &Commit) -> usize {
    let actor = commit.actor_id().as_str().len();
    let events = commit.events().iter();
    let sizes = events.map(|event| event.event_type.len() + event.data.as_bytes().len());
    let asks = commit
        .outgoing()
        .iter()
        .map(|command| command.data.as_bytes().len());
    let documents = commit.events().len() + commit.outgoing().len() + commit.timers().len();
    sizes.chain(asks).sum::<usize>() + documents * (ENVELOPE + actor) + 2
}

/// Writing to a string cannot fail.
fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _infallible = text.write_fmt(arguments);
}

struct Writer(String);

impl Writer {
    fn batch(&mut self, commit: &Commit, source: &str) {
        self.0.push('[');
        for event in commit.events() {
            self.event(event, source);
            self.0.push(',');
        }
        for command in commit.outgoing() {
            self.command(COMMAND, command, commit, source);
            self.end_of_command(command);
        }
        for (number, change) in commit.timers().iter().enumerate() {
            self.timer(number, change, commit, source);
        }
        self.0.pop();
        self.0.push(']');
    }

    /// A document of a command, up to its data.
    fn command(&mut self, kind: &str, command: &OutgoingCommand, commit: &Commit, source: &str) {
        self.0.push_str(r#"{"specversion":"1.0","id":""#);
        push(&mut self.0, format_args!("{}", command.id));
        self.0.push_str(r#"","type":"#);
        self.string(&command.command);
        self.asked(kind, commit, source);
        self.text("commandkey", &command.key);
    }

    fn end_of_command(&mut self, command: &OutgoingCommand) {
        self.0.push_str(r#","data":"#);
        self.0.push_str(command.data.as_str());
        self.0.push_str("},");
    }

    fn timer(&mut self, number: usize, change: &TimerChange, commit: &Commit, source: &str) {
        match change {
            TimerChange::Set(timer) => {
                self.command(TIMER, &timer.command, commit, source);
                self.text("timerkey", &timer.key);
                push(&mut self.0, format_args!(r#","due":"{}""#, timer.due));
                self.end_of_command(&timer.command);
            }
            TimerChange::Cancel(key) => {
                self.0.push_str(r#"{"specversion":"1.0","id":""#);
                push(&mut self.0, format_args!("{}/{number}", commit.id()));
                self.0.push_str(r#"","type":"aether.timer.cancelled""#);
                self.asked(CANCELLED_TIMER, commit, source);
                self.text("timerkey", key);
                self.0.push_str("},");
            }
        }
    }

    /// What the documents have in common that are no events.
    fn asked(&mut self, kind: &str, commit: &Commit, source: &str) {
        self.text("source", source);
        self.text("subject", commit.actor_id().as_str());
        if let Some(event) = commit.events().last() {
            push(
                &mut self.0,
                format_args!(r#","time":"{}""#, event.timestamp),
            );
        }
        self.text("datacontenttype", "application/json");
        self.text("aetherkind", kind);
    }

    fn event(&mut self, event: &Event, source: &str) {
        self.0.push_str(r#"{"specversion":"1.0","id":""#);
        push(&mut self.0, format_args!("{}", event.id));
        self.0.push_str(r#"","type":"#);
        self.string(&event.event_type);
        self.text("source", source);
        self.text("subject", event.actor_id.as_str());
        self.0.push_str(r#","time":""#);
        push(&mut self.0, format_args!("{}", event.timestamp));
        self.0.push_str(r#"","datacontenttype":"application/json""#);
        self.integer("schemaversion", u64::from(event.schema_version));
        self.integer("actorversion", event.version.as_u64());
        self.metadata(&event.metadata);
        self.0.push_str(r#","data":"#);
        self.0.push_str(event.data.as_str());
        self.0.push('}');
    }

    fn metadata(&mut self, metadata: &Metadata) {
        self.optional("correlationid", metadata.correlation_id.as_deref());
        self.optional("causationid", metadata.causation_id.as_deref());
        if let Some(command_id) = metadata.command_id {
            push(&mut self.0, format_args!(r#","commandid":"{command_id}""#));
        }
        self.optional("traceparent", metadata.traceparent.as_deref());
        for (key, value) in metadata.custom() {
            self.text(key, value);
        }
    }

    fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// Names of attributes need no escaping.
    fn text(&mut self, name: &str, value: &str) {
        push(&mut self.0, format_args!(r#","{name}":"#));
        self.string(value);
    }

    /// CloudEvents' `Integer` is signed and has 32 bits; what is larger is text.
    fn integer(&mut self, name: &str, value: u64) {
        if i32::try_from(value).is_ok() {
            push(&mut self.0, format_args!(r#","{name}":{value}"#));
        } else {
            push(&mut self.0, format_args!(r#","{name}":"{value}""#));
        }
    }

    fn string(&mut self, text: &str) {
        self.0.push('"');
        let mut plain = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            // What needs escaping is ASCII, so `at` lies between characters.
            self.0.push_str(text.get(plain..at).unwrap_or_default());
            self.escape(byte);
            plain = at + 1;
        }
        self.0.push_str(text.get(plain..).unwrap_or_default());
        self.0.push('"');
    }

    fn escape(&mut self, byte: u8) {
        match byte {
            b'"' => self.0.push_str("\\\""),
            b'\\' => self.0.push_str("\\\\"),
            b'\n' => self.0.push_str("\\n"),
            b'\r' => self.0.push_str("\\r"),
            b'\t' => self.0.push_str("\\t"),
            other => push(&mut self.0, format_args!("\\u{other:04x}")),
        }
    }
}

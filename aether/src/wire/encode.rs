use std::fmt::Write as _;

use crate::{Event, Metadata, Namespace};

/// What an event without data, metadata and names needs, in bytes, generously.
const ENVELOPE: usize = 420;

/// Writes the events of a commit: one as a document, several as a batch.
///
/// ```
/// use aether::{Event, Namespace, wire};
/// use serde_json::json;
///
/// let events = [Event::new("order-123", 1, "OrderPlaced", &json!({ "total": 99.99 }))?];
/// let body = bytes::Bytes::from(wire::encode(&events, &Namespace::default()));
/// assert!(body.starts_with(br#"{"specversion":"1.0","id":""#));
/// assert!(body.ends_with(br#""data":{"total":99.99}}"#));
/// assert_eq!(wire::decode(&body)?, events);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode(events: &[Event], namespace: &Namespace) -> Vec<u8> {
    let source = source_of(namespace);
    let mut document = Writer(String::with_capacity(capacity(events)));
    match events {
        [event] => document.event(event, &source),
        events => document.batch(events, &source),
    }
    document.0.into_bytes()
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

fn capacity(events: &[Event]) -> usize {
    let sizes = events.iter().map(|event| {
        let names = event.event_type.len() + event.actor_id.as_str().len();
        ENVELOPE + names + event.data.as_bytes().len()
    });
    sizes.sum::<usize>() + 2
}

/// Writing to a string cannot fail.
fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _infallible = text.write_fmt(arguments);
}

struct Writer(String);

impl Writer {
    fn batch(&mut self, events: &[Event], source: &str) {
        self.0.push('[');
        for (index, event) in events.iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            self.event(event, source);
        }
        self.0.push(']');
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

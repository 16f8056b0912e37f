use std::collections::BTreeSet;

use async_nats::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;

use super::{
    names::{self, Names},
    post::Parcel,
    stored,
};
use crate::{
    ActorId, Commit, Namespace, StoreError, StoreErrorKind, traceparent::is_traceparent, wire,
};

/// The most bytes the header with the event types may have: the server takes 64 KiB of headers.
const LONGEST_TYPES: usize = 4 << 10;

/// The header that makes a message part of a trace.
const TRACEPARENT: &str = "traceparent";
/// The most bytes it may have; of the present version it has 55.
const LONGEST_TRACEPARENT: usize = 100;

/// More than the headers of a commit ever take.
pub(super) const MOST_HEADERS: usize = 5 << 10;

/// What is added when a commit is sent, at its longest.
const LATER_HEADERS: &str = "Nats-Expected-Last-Subject-Sequence: 18446744073709551615\r\n\
    Nats-Batch-Id: 00000000-0000-0000-0000-000000000000\r\n\
    Nats-Batch-Sequence: 1000\r\n\
    Nats-Batch-Commit: 1\r\n";

/// A commit, ready to be sent as often as it takes.
pub(super) struct Letter<'a> {
    pub(super) subject: String,
    commit: &'a Commit,
    payload: Bytes,
}

impl<'a> Letter<'a> {
    pub(super) fn new(commit: &'a Commit, names: &Names, namespace: &Namespace) -> Self {
        Self {
            subject: names.subject(commit.actor_id()),
            commit,
            payload: wire::encode(commit, namespace).into(),
        }
    }

    /// Refuses what the server would refuse, by a setting that limits a message to so many bytes.
    pub(super) fn check_size(&self, limit: usize, setting: &str) -> Result<(), StoreError> {
        if self.payload.len() + MOST_HEADERS <= limit {
            return Ok(());
        }
        let size = self.payload.len() + self.headers_len();
        if size <= limit {
            return Ok(());
        }
        let text = format!(
            "nothing was stored: the commit takes {size} bytes, and the {setting} is {limit}"
        );
        Err(StoreError::new(StoreErrorKind::TooLarge, text))
    }

    /// A try to store it after the message with this sequence, 0 for none.
    pub(super) fn after(&self, sequence: u64) -> Parcel<'_> {
        let mut headers = headers(self.commit);
        headers.insert(stored::GUARD, HeaderValue::from(sequence));
        Parcel {
            subject: &self.subject,
            headers,
            payload: self.payload.clone(),
        }
    }

    /// As they go over the wire, with the longest guard there is, in the largest batch.
    fn headers_len(&self) -> usize {
        let headers = headers(self.commit);
        let lines = headers.iter().map(|(name, values)| {
            let name: &str = name.as_ref();
            let line = |value: &HeaderValue| name.len() + value.as_str().len() + ": \r\n".len();
            values.iter().map(line).sum::<usize>()
        });
        "NATS/1.0\r\n\r\n".len() + lines.sum::<usize>() + LATER_HEADERS.len()
    }
}

/// A message that holds no commit: it is stored in a batch, as long as the last message of an
/// actor that the batch does not write to has this sequence.
pub(super) fn guard_of<'a>(actor: &ActorId, sequence: u64, names: &'a Names) -> Parcel<'a> {
    let mut headers = HeaderMap::new();
    headers.insert(stored::GUARD, HeaderValue::from(sequence));
    headers.insert(stored::GUARDED, names.subject(actor));
    Parcel {
        subject: names.guards(),
        headers,
        payload: Bytes::new(),
    }
}

fn headers(commit: &Commit) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // A name that is static is not copied.
    let mut insert = |name, value: String| headers.insert(HeaderName::from_static(name), value);
    let versions = stored::write_versions(commit.expected().next(), commit.version());
    insert(stored::COMMIT_ID, commit.id().to_string());
    insert(stored::CONTENT_TYPE, wire::content_type(commit).to_owned());
    insert(stored::VERSIONS, versions);
    if let Some(types) = event_types(commit) {
        insert(stored::EVENT_TYPES, types);
    }
    if let Some(command_id) = commit.command_id() {
        insert(stored::COMMAND_ID, command_id.to_string());
    }
    if let Some(traceparent) = traceparent(commit) {
        insert(TRACEPARENT, traceparent.to_owned());
    }
    headers
}

/// The trace that a commit belongs to, if it is told as W3C Trace Context wants it.
fn traceparent(commit: &Commit) -> Option<&str> {
    let metadata = &commit.events().first()?.metadata;
    let traceparent = metadata.traceparent.as_deref();
    traceparent.filter(|it| it.len() <= LONGEST_TRACEPARENT && is_traceparent(it))
}

/// The types of the events, in order and each once; none if they take more room than they are
/// worth.
fn event_types(commit: &Commit) -> Option<String> {
    let mut types = commit.events().iter().map(|event| &*event.event_type);
    let first = types.next()?;
    let mut value: String = names::header_value(first).collect();
    let mut others = BTreeSet::new();
    for event_type in types {
        if event_type != first && others.insert(event_type) {
            value.push(',');
            value.extend(names::header_value(event_type));
        }
        if value.len() > LONGEST_TYPES {
            return None;
        }
    }
    (value.len() <= LONGEST_TYPES).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    fn commit(types: &[&'static str]) -> Commit {
        let events = types.iter().zip(1_u64..);
        let events = events.map(|(kind, version)| Event::new("a", version, *kind, &()).unwrap());
        Commit::new(events).unwrap()
    }

    fn letter(commit: &Commit) -> Letter<'_> {
        let namespace = Namespace::default();
        Letter::new(commit, &Names::of(&namespace), &namespace)
    }

    #[test]
    fn the_headers_say_what_a_reader_wants_without_parsing() {
        let headers = headers(&commit(&["Placed", "Paid, at last\r\n", "Placed"]));
        let header = |name: &str| headers.get(name).map(HeaderValue::as_str);
        assert_eq!(header("Aether-Versions"), Some("1-3"));
        assert_eq!(
            header("Aether-Event-Types"),
            Some("Placed,Paid%2C%20at%20last%0D%0A")
        );
        assert_eq!(
            header("Content-Type"),
            Some("application/cloudevents-batch+json")
        );
        assert_eq!(header("Aether-Command-Id"), None);
    }

    #[test]
    fn a_commit_of_a_trace_says_so_in_a_header_and_nothing_else_gets_there() {
        let traced = |traceparent: &str| {
            let mut event = Event::new("a", 1, "Placed", &()).unwrap();
            event.metadata.traceparent = Some(traceparent.to_owned());
            let headers = headers(&Commit::new([event]).unwrap());
            headers.get(TRACEPARENT).map(HeaderValue::to_string)
        };
        let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(traced(traceparent).as_deref(), Some(traceparent));
        assert_eq!(traced("evil\r\nNats-Msg-Id: 1"), None);
        let long = format!("cc{}-{}", &traceparent[2..], "x".repeat(100));
        assert_eq!(traced(&long), None);
        assert!(headers(&commit(&["Placed"])).get(TRACEPARENT).is_none());
    }

    #[test]
    fn types_that_take_too_much_room_are_left_out() {
        let long: &'static str = "x".repeat(LONGEST_TYPES + 1).leak();
        let headers = headers(&commit(&[long]));
        assert!(headers.get(stored::EVENT_TYPES).is_none());
    }

    #[test]
    fn headers_take_no_more_room_than_is_said() {
        let longest: &'static str = "x".repeat(LONGEST_TYPES).leak();
        let commit = commit(&[longest]).caused_by(crate::CommandId::new());
        let traceparent = TRACEPARENT.len() + LONGEST_TRACEPARENT + ": \r\n".len();
        assert!(letter(&commit).headers_len() + traceparent + 50 < MOST_HEADERS);
    }

    #[test]
    fn what_is_too_large_is_refused_with_size_and_limit() {
        let commit = commit(&["Placed"]);
        let letter = letter(&commit);
        let size = letter.payload.len() + letter.headers_len();
        assert!(letter.check_size(size, "limit").is_ok());
        let err = letter.check_size(size - 1, "limit").unwrap_err();
        assert_eq!(err.kind(), StoreErrorKind::TooLarge);
        assert!(err.to_string().contains(&format!("{size} bytes")), "{err}");
        assert!(
            err.to_string().contains(&format!("is {}", size - 1)),
            "{err}"
        );
    }
}

use async_nats::{HeaderMap, Message};
use bytes::Bytes;
use uuid::Uuid;

use crate::{
    CommitId, InvalidCommit, Namespace, Position,
    bus::EventStored,
    traceparent::is_traceparent,
    wire::{self, DecodeError},
};

/// The header with the number of a notice among those of its bus and namespace.
const SEQUENCE: &str = "Aether-Bus-Sequence";
const POSITION: &str = "Aether-Position";
/// The header that makes a message part of a trace.
const TRACEPARENT: &str = "traceparent";
const COMMIT_ID: &str = "Aether-Commit-Id";

/// Says why a message is no notice.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoNotice {
    #[error("the header `{0}` is missing or makes no sense")]
    Header(&'static str),
    #[error("its body is not what it should be")]
    Body(#[from] DecodeError),
    #[error("its events do not belong together")]
    Events(#[from] InvalidCommit),
}

/// A notice as a message.
pub(super) fn write(sequence: u64, notice: &EventStored) -> (HeaderMap, Bytes) {
    let mut headers = how_far(sequence);
    headers.insert(POSITION, notice.position.to_string());
    headers.insert(COMMIT_ID, notice.commit.id().to_string());
    let first = notice.commit.events().first();
    let traceparent = first.and_then(|event| event.metadata.traceparent.as_deref());
    if let Some(traceparent) = traceparent.filter(|it| is_traceparent(it)) {
        headers.insert(TRACEPARENT, traceparent);
    }
    let body = wire::encode(&notice.commit, &notice.namespace);
    (headers, body.into())
}

/// Says how far a bus has come with a namespace.
pub(super) fn how_far(sequence: u64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(SEQUENCE, sequence.to_string());
    headers
}

/// The number of a notice, or how far a bus has come.
pub(super) fn sequence(message: &Message) -> Result<u64, NoNotice> {
    header(message, SEQUENCE)
}

/// The notice; none if the message only says how far a bus has come.
pub(super) fn read(
    message: &Message,
    namespace: &Namespace,
) -> Result<Option<EventStored>, NoNotice> {
    if message.payload.is_empty() {
        return Ok(None);
    }
    let id: Uuid = header(message, COMMIT_ID)?;
    let position = Position::new(header(message, POSITION)?);
    // A copy: the message is a part of what was read from the connection at one time.
    let body = Bytes::copy_from_slice(&message.payload);
    let commit = wire::decode(&body)?.into_commit(CommitId::from(id))?;
    Ok(Some(EventStored {
        namespace: namespace.clone(),
        position,
        commit,
    }))
}

fn header<T: std::str::FromStr>(message: &Message, name: &'static str) -> Result<T, NoNotice> {
    let headers = message.headers.as_ref();
    let value = headers.and_then(|headers| headers.get_last(name)?.as_str().parse().ok());
    value.ok_or(NoNotice::Header(name))
}

//! Reading and writing as the store does, without a server.

use async_nats::{HeaderMap, HeaderValue, Subject};
use bytes::Bytes;

use super::{
    answer::Answer, block::Block, checkpoints, letter::Letter, names::Names, snapshots,
    state::Kept, stored::Stored,
};
use crate::{ActorId, ActorSnapshot, Checkpoint, Commit, Namespace, Recorded, StoreError};

/// All that a namespace, an actor and a reader are called on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The name of the stream.
    pub stream: String,
    /// The subject that stands for all actors.
    pub everything: String,
    /// The subject of messages that guard.
    pub guards: String,
    /// The subject of the actor.
    pub actor: String,
    /// The name of the stream of what is derived.
    pub state_stream: String,
    /// The subject that stands for all that is derived.
    pub state: String,
    /// The subject of the reader's checkpoint.
    pub checkpoint: String,
    /// The subject of the actor's snapshot.
    pub snapshot: String,
}

/// A message of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Where it lies.
    pub subject: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
}

/// What a namespace, an actor and a reader are called.
pub fn addresses(namespace: &Namespace, actor: &ActorId, reader: &str) -> Addresses {
    let names = Names::of(namespace);
    Addresses {
        stream: names.stream().to_owned(),
        everything: names.everything(),
        guards: names.guards().to_owned(),
        actor: names.subject(actor),
        state_stream: names.state_stream().to_owned(),
        state: names.state(),
        checkpoint: names.checkpoint(reader),
        snapshot: names.snapshot(actor),
    }
}

/// Reads a commit that lies at position 7; none if its headers are such that no message has them.
pub fn read_message(
    namespace: &Namespace,
    message: Message,
) -> Option<Result<Recorded, StoreError>> {
    let stored = Stored::of(
        7,
        Subject::from(message.subject),
        headers(&message.headers)?,
        message.body,
    );
    Some(stored.recorded(&Names::of(namespace), None, &mut Block::default()))
}

/// The message of a commit.
pub fn write_message(namespace: &Namespace, commit: &Commit) -> Message {
    let names = Names::of(namespace);
    let letter = Letter::new(commit, &names, namespace);
    let parcel = letter.after(0);
    let headers = parcel.headers.iter().flat_map(|(name, values)| {
        let name: &str = name.as_ref();
        values
            .iter()
            .map(move |value| (name.to_owned(), value.as_str().to_owned()))
    });
    Message {
        headers: headers.collect(),
        subject: parcel.subject.to_owned(),
        body: parcel.payload,
    }
}

/// What the server's answer to an append is taken for.
pub fn read_answer(payload: &[u8]) -> String {
    format!("{:?}", Answer::read(payload))
}

/// Reads a checkpoint, if it is one.
pub fn read_kept_checkpoint(message: &Message) -> Option<Checkpoint> {
    checkpoints::read(&kept(message)?)
}

/// Reads a snapshot, if it is one.
pub fn read_kept_snapshot(actor: &ActorId, message: &Message) -> Option<ActorSnapshot> {
    snapshots::read(actor, &kept(message)?)
}

fn kept(message: &Message) -> Option<Kept> {
    Some(Kept::of(
        7,
        headers(&message.headers)?,
        message.body.clone(),
    ))
}

fn headers(pairs: &[(String, String)]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name: async_nats::HeaderName = name.parse().ok()?;
        headers.append(name, value.parse::<HeaderValue>().ok()?);
    }
    Some(headers)
}

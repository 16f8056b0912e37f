use std::error::Error as _;

use aether::{Commit, Namespace, wire};
use async_nats::{
    HeaderMap, HeaderValue, Message,
    jetstream::{self, context::PublishError},
};
use bytes::Bytes;
use serde::Deserialize;
use tokio::task::yield_now;

use crate::{Failure, fixture::Fixture};

const GUARD: &str = "Nats-Expected-Last-Subject-Sequence";

/// A message as the store writes it, written by hand.
pub(crate) struct Raw {
    pub(crate) subject: String,
    id: String,
    versions: String,
    content_type: &'static str,
    payload: Bytes,
}

#[derive(Deserialize)]
struct Acknowledgement {
    seq: u64,
}

impl Raw {
    pub(crate) fn new(commit: &Commit) -> Self {
        Self {
            subject: format!("raw.default.log.{}", commit.actor_id()),
            id: commit.id().to_string(),
            versions: format!("{}-{}", commit.expected().next(), commit.version()),
            content_type: wire::content_type(commit),
            payload: wire::encode(commit, &Namespace::default()).into(),
        }
    }

    fn headers(&self, last: u64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Msg-Id", self.id.as_str());
        headers.insert("Content-Type", self.content_type);
        headers.insert("Aether-Versions", self.versions.as_str());
        headers.insert("Aether-Event-Types", "OrderPlaced");
        headers.insert(GUARD, HeaderValue::from(last));
        headers
    }
}

/// What a cluster says of a guard as long as the message before is not applied everywhere.
const IN_FLIGHT: u64 = 10_164;

/// Publishes a message after another one on its subject, and waits until it is stored. What a
/// cluster does not take yet is sent again.
pub(crate) async fn append(fixture: &Fixture, message: &Raw, last: u64) -> Result<u64, Failure> {
    loop {
        let (subject, headers) = (message.subject.clone(), message.headers(last));
        let payload = message.payload.clone();
        let sent = fixture
            .context
            .publish_with_headers(subject, headers, payload);
        match sent.await?.await {
            Ok(stored) => return Ok(stored.sequence),
            Err(err) if is_in_flight(&err) => yield_now().await,
            Err(err) => return Err(err.into()),
        }
    }
}

fn is_in_flight(err: &PublishError) -> bool {
    let source = err
        .source()
        .and_then(|it| it.downcast_ref::<jetstream::Error>());
    source.is_some_and(|it| it.error_code().0 == IN_FLIGHT)
}

/// The same by a plain request, which takes the client less.
pub(crate) async fn request(fixture: &Fixture, message: &Raw, last: u64) -> Result<u64, Failure> {
    let (subject, headers) = (message.subject.clone(), message.headers(last));
    let payload = message.payload.clone();
    let reply = fixture
        .client
        .request_with_headers(subject, headers, payload);
    sequence(&reply.await?)
}

/// Stores two messages together.
pub(crate) async fn batch(
    fixture: &Fixture,
    [first, second]: [&Raw; 2],
    [before_first, before_second]: [u64; 2],
) -> Result<u64, Failure> {
    let mut headers = first.headers(before_first);
    headers.insert("Nats-Batch-Id", first.id.as_str());
    headers.insert("Nats-Batch-Sequence", "1");
    let (subject, payload) = (first.subject.clone(), first.payload.clone());
    let sent = fixture
        .client
        .publish_with_headers(subject, headers, payload);
    sent.await?;
    let mut headers = second.headers(before_second);
    headers.insert("Nats-Batch-Id", first.id.as_str());
    headers.insert("Nats-Batch-Sequence", "2");
    headers.insert("Nats-Batch-Commit", "1");
    let (subject, payload) = (second.subject.clone(), second.payload.clone());
    let reply = fixture
        .client
        .request_with_headers(subject, headers, payload);
    sequence(&reply.await?)
}

fn sequence(reply: &Message) -> Result<u64, Failure> {
    let stored: Acknowledgement = serde_json::from_slice(&reply.payload)?;
    Ok(stored.seq)
}

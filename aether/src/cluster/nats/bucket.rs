#[cfg(feature = "runtime")]
use std::sync::Arc;
use std::time::Duration;

use async_nats::{
    HeaderMap, HeaderValue,
    jetstream::{
        self, ErrorCode,
        message::StreamMessage,
        publish::PublishAck,
        response::Response,
        stream::{Config, DiscardPolicy, Info, RawMessage, Republish},
    },
};
use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{ClusterError, ClusterErrorKind, messages::to_json, names::Names, wire::Wire};

/// What a cluster has written down: the lease of its leader, its shard table, its nodes.
///
/// What lies in it is read from the leader of its stream, and written only over what is known.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    wire: Wire,
    names: Names,
    /// How long an answer is waited for.
    attempt: Duration,
    /// When it was made.
    #[cfg(feature = "runtime")]
    born: i128,
}

/// A value as it lies in the bucket; it is empty if there was one, and is no more.
pub(super) struct Found {
    pub(super) revision: u64,
    pub(super) value: Bytes,
}

/// What became of a write.
pub(super) enum Put {
    /// It has this revision.
    Done(u64),
    /// The key has another revision than was expected.
    Refused,
}

/// How the bucket is made, or that it is not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Making {
    pub(super) is_wanted: bool,
    pub(super) replicas: usize,
}

/// A message as the leader of a stream gives it.
#[derive(Deserialize)]
struct Got {
    message: RawMessage,
}

/// Why `JetStream` does not do what it is asked to.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("`JetStream` refuses it")]
    Refused(#[source] jetstream::Error),
    #[error("`JetStream` does not answer")]
    Unanswered(#[source] async_nats::RequestError),
    #[error("`JetStream` answers what cannot be read")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The header that says after which message of its subject one is to be stored.
const GUARD: &str = "Nats-Expected-Last-Subject-Sequence";

/// How long the servers have to find the bucket, or to make it, before they are asked again.
const OPENING: Duration = Duration::from_secs(5);

impl Bucket {
    pub(super) async fn open(
        wire: Wire,
        names: &Names,
        attempt: Duration,
        making: Making,
    ) -> Result<Self, ClusterError> {
        let info = format!("STREAM.INFO.{}", names.stream());
        let found = match ask::<Info>(&wire, &info, Vec::new(), OPENING).await {
            Ok(found) => found,
            Err(err) if err.is(ErrorCode::STREAM_NOT_FOUND) && making.is_wanted => {
                // Another node may make it at the same time, which is no error.
                let create = format!("STREAM.CREATE.{}", names.stream());
                let config = to_json(&config(names, making.replicas));
                let made = ask(&wire, &create, config, OPENING).await;
                made.map_err(|err| silent(names, "cannot be made").because(err))?
            }
            Err(err) if err.is(ErrorCode::STREAM_NOT_FOUND) => {
                return Err(missing(names).because(err));
            }
            Err(err) => return Err(silent(names, "cannot be opened").because(err)),
        };
        check(&found.config, names, making)?;
        Ok(Self {
            wire,
            names: names.clone(),
            attempt,
            #[cfg(feature = "runtime")]
            born: found.created.unix_timestamp_nanos(),
        })
    }

    /// Tells the cluster from all others, and from one of the same name before it: epochs begin
    /// anew with the bucket.
    #[cfg(feature = "runtime")]
    pub(super) fn cluster(&self) -> Arc<str> {
        Arc::from(format!("{}/{}", self.names.bucket(), self.born))
    }

    /// What a key holds now; none if it was never written.
    pub(super) async fn get(&self, key: &str) -> Result<Option<Found>, ClusterError> {
        self.message(json!({"last_by_subj": self.names.key(key)}))
            .await
    }

    /// The message that is wanted, by the leader of the stream.
    async fn message(&self, wanted: Value) -> Result<Option<Found>, ClusterError> {
        let question = format!("STREAM.MSG.GET.{}", self.names.stream());
        let wanted = to_json(&wanted);
        let found = ask::<Got>(&self.wire, &question, wanted, self.attempt).await;
        let found = found.and_then(|it| {
            let message = StreamMessage::try_from(it.message);
            message.map_err(Refusal::Unreadable)
        });
        match found {
            Ok(message) => Ok(Some(Found {
                revision: message.sequence,
                value: message.payload,
            })),
            Err(err) if err.is(ErrorCode::NO_MESSAGE_FOUND) => Ok(None),
            Err(err) => Err(silent(&self.names, "does not answer").because(err)),
        }
    }

    /// The first revision of a key that is later than this one and still there; none, if there is none.
    pub(super) async fn later(&self, key: &str, than: u64) -> Result<Option<u64>, ClusterError> {
        let key = self.names.key(key);
        let found = self
            .message(json!({"seq": than + 1, "next_by_subj": key}))
            .await?;
        Ok(found.map(|it| it.revision))
    }

    /// Writes a key if it still has this revision; 0 if it must never have been written.
    pub(super) async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        expected: u64,
    ) -> Result<Put, ClusterError> {
        let mut headers = HeaderMap::new();
        headers.insert(GUARD, HeaderValue::from(expected));
        if value.is_empty() {
            headers.insert("KV-Operation", "DEL");
        }
        self.publish(self.names.key(key), headers, value).await
    }

    /// Registers a process of a node; the revision is larger than that of any before.
    pub(super) async fn register(&self, node: &str, value: Vec<u8>) -> Result<u64, ClusterError> {
        let subject = self.names.key_of_node(node);
        match self.publish(subject, HeaderMap::new(), value).await? {
            Put::Done(revision) => Ok(revision),
            Put::Refused => Err(silent(&self.names, "takes no node")),
        }
    }

    async fn publish(
        &self,
        subject: String,
        headers: HeaderMap,
        value: Vec<u8>,
    ) -> Result<Put, ClusterError> {
        let message = (Some(headers), value.into());
        let stored = self
            .wire
            .request(subject, message, Some(self.attempt))
            .await;
        let stored = stored.map_err(Refusal::Unanswered);
        match stored.and_then(|answer| read::<PublishAck>(&answer.payload)) {
            Ok(stored) => Ok(Put::Done(stored.sequence)),
            Err(err) if err.is(ErrorCode::STREAM_WRONG_LAST_SEQUENCE) => Ok(Put::Refused),
            // That another write is on its way is among these: it is not known what will be.
            Err(err) => Err(silent(&self.names, "did not take what was written").because(err)),
        }
    }
}

/// Asks `JetStream` for something.
async fn ask<T: DeserializeOwned>(
    wire: &Wire,
    what: &str,
    json: Vec<u8>,
    within: Duration,
) -> Result<T, Refusal> {
    let question = (None, json.into());
    let answer = wire.request(format!("$JS.API.{what}"), question, Some(within));
    let answer = answer.await.map_err(Refusal::Unanswered)?;
    read(&answer.payload)
}

fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, Refusal> {
    match serde_json::from_slice(json) {
        Ok(Response::Ok(answer)) => Ok(answer),
        Ok(Response::Err { error }) => Err(Refusal::Refused(error)),
        Err(err) => Err(Refusal::Unreadable(err.into())),
    }
}

impl Refusal {
    fn is(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Refused(err) if err.error_code() == code)
    }
}

fn silent(names: &Names, what: &str) -> ClusterError {
    let text = format!("the cluster's bucket `{}` {what}", names.bucket());
    ClusterError::new(ClusterErrorKind::Unavailable, text)
}

fn missing(names: &Names) -> ClusterError {
    let text = format!(
        "there is no bucket `{}`: no node of this cluster was ever here",
        names.bucket()
    );
    ClusterError::new(ClusterErrorKind::Missing, text)
}

/// A bucket of the key-value store that tells of what is written to it.
fn config(names: &Names, replicas: usize) -> Config {
    Config {
        name: names.stream(),
        description: Some("Who leads a cluster, and which node has which shard".to_owned()),
        subjects: vec![names.everything()],
        discard: DiscardPolicy::New,
        max_messages_per_subject: 1,
        num_replicas: replicas,
        allow_rollup: true,
        allow_direct: true,
        deny_delete: true,
        republish: Some(republish(names)),
        ..Config::default()
    }
}

fn republish(names: &Names) -> Republish {
    Republish {
        source: names.everything(),
        destination: names.notices(),
        headers_only: false,
    }
}

/// The bucket must forget nothing, and tell of everything.
fn check(found: &Config, names: &Names, making: Making) -> Result<(), ClusterError> {
    let is_told = found.republish.as_ref().is_some_and(|it| {
        let wanted = republish(names);
        it.source == wanted.source && it.destination == wanted.destination && !it.headers_only
    });
    let wrong = if found.subjects != [names.everything()] {
        Some("has other subjects")
    } else if !is_told {
        Some("does not tell of what is written: `republish` must be to the cluster's subjects")
    } else if !found.max_age.is_zero() {
        Some("forgets with age: max_age must be unbounded")
    } else if found.discard != DiscardPolicy::New {
        Some("drops what is old when it is full: discard must be new")
    } else if found.mirror.is_some() || found.sources.as_ref().is_some_and(|it| !it.is_empty()) {
        Some("is filled from elsewhere")
    } else if making.is_wanted && found.num_replicas < making.replicas {
        Some("has fewer replicas than are asked for")
    } else {
        None
    };
    wrong.map_or(Ok(()), |wrong| {
        let text = format!("the cluster's bucket `{}` {wrong}", names.bucket());
        Err(ClusterError::new(ClusterErrorKind::Misconfigured, text))
    })
}

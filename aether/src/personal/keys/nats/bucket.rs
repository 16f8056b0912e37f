use async_nats::{
    HeaderMap, HeaderValue,
    jetstream::{
        Context,
        context::{CreateStreamErrorKind, PublishErrorKind},
        stream::{Config, DiscardPolicy, RawMessageErrorKind, Stream},
    },
};
use futures_util::TryStreamExt as _;

use super::{NatsKeyOptions, names::Names};
use crate::personal::{KeyStoreError, KeyStoreErrorKind};

/// The bucket: what lies in it is read from the leader, and written only over what is known.
#[derive(Debug)]
pub(super) struct Bucket {
    context: Context,
    stream: Stream<()>,
    name: String,
}

/// A message as it lies in the bucket.
pub(super) struct Found {
    pub(super) sequence: u64,
    pub(super) payload: bytes::Bytes,
}

/// The header that says after which message of its subject one is to be stored.
const GUARD: &str = "Nats-Expected-Last-Subject-Sequence";

/// Another write to the subject is on its way, on a server with replicas.
const IN_FLIGHT: u64 = 10_164;

impl Bucket {
    pub(super) async fn open(
        context: Context,
        names: &Names,
        options: &NatsKeyOptions,
    ) -> Result<Self, KeyStoreError> {
        let name = names.bucket().to_owned();
        let config = match context.create_stream(config(names, options)).await {
            Ok(stream) => stream.cached_info().config.clone(),
            Err(err) if is_taken(&err.kind()) => {
                let stream = context.get_stream(names.stream()).await;
                let stream =
                    stream.map_err(|err| silent(&name, "cannot be opened").because(err))?;
                stream.cached_info().config.clone()
            }
            Err(err) => return Err(silent(&name, "cannot be made").because(err)),
        };
        check(&config, names, options)?;
        let stream = context.get_stream_no_info(names.stream()).await;
        let stream = stream.map_err(|err| silent(&name, "cannot be opened").because(err))?;
        Ok(Self {
            context,
            stream,
            name,
        })
    }

    /// The last message of a subject.
    pub(super) async fn last(&self, subject: &str) -> Result<Option<Found>, KeyStoreError> {
        let question = self.stream.raw_message_builder().last_by_subject(subject);
        self.asked(question.send().await)
    }

    /// The first message of a subject.
    async fn first(&self, subject: &str) -> Result<Option<Found>, KeyStoreError> {
        let question = self
            .stream
            .raw_message_builder()
            .sequence(1)
            .next_by_subject(subject);
        self.asked(question.send().await)
    }

    fn asked(
        &self,
        answer: Result<
            async_nats::jetstream::message::StreamMessage,
            async_nats::jetstream::stream::RawMessageError,
        >,
    ) -> Result<Option<Found>, KeyStoreError> {
        match answer {
            Ok(message) => Ok(Some(Found {
                sequence: message.sequence,
                payload: message.payload,
            })),
            Err(err) if err.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
            Err(err) => Err(self.silent("does not answer").because(err)),
        }
    }

    /// Writes behind the message `after`, or as the first of its subject; false if another was
    /// faster.
    pub(super) async fn put(
        &self,
        subject: &str,
        payload: Vec<u8>,
        after: u64,
    ) -> Result<bool, KeyStoreError> {
        let mut headers = HeaderMap::new();
        headers.insert(GUARD, HeaderValue::from(after));
        let subject = subject.to_owned();
        let sent = self
            .context
            .publish_with_headers(subject, headers, payload.into())
            .await;
        let stored = match sent {
            Ok(answer) => answer.await,
            Err(err) => Err(err),
        };
        match stored {
            Ok(_) => Ok(true),
            Err(err) if err.kind() == PublishErrorKind::WrongLastSequence => Ok(false),
            Err(err) if is_in_flight(&err) => Ok(false),
            Err(err) => Err(self.silent("does not answer").because(err)),
        }
    }

    /// Deletes all messages of a subject before this one, and has their bytes overwritten.
    pub(super) async fn erase_before(
        &self,
        subject: &str,
        sequence: u64,
    ) -> Result<(), KeyStoreError> {
        while let Some(first) = self.first(subject).await? {
            if first.sequence >= sequence {
                break;
            }
            let deleted = self.stream.delete_message(first.sequence).await;
            deleted.map_err(|err| self.silent("does not answer").because(err))?;
        }
        Ok(())
    }

    /// Deletes all messages of a subject.
    pub(super) async fn erase(&self, subject: &str) -> Result<(), KeyStoreError> {
        self.erase_before(subject, u64::MAX).await
    }

    /// The subjects that have messages, of those that match.
    pub(super) async fn subjects(&self, matching: String) -> Result<Vec<String>, KeyStoreError> {
        let failed = |reason: String| self.silent("does not answer").because(reason);
        let info = self.stream.info_with_subjects(matching).await;
        let info = info.map_err(|err| failed(err.to_string()))?;
        let subjects = info.map_ok(|(subject, _)| subject).try_collect().await;
        subjects.map_err(|err: async_nats::jetstream::stream::InfoError| failed(err.to_string()))
    }

    pub(super) fn silent(&self, what: &str) -> KeyStoreError {
        silent(&self.name, what)
    }

    pub(super) fn corrupt(&self, sequence: u64) -> KeyStoreError {
        let text = format!(
            "message {sequence} of the bucket `{}` holds no keys",
            self.name
        );
        KeyStoreError::new(KeyStoreErrorKind::Corrupt, text)
    }
}

fn silent(bucket: &str, what: &str) -> KeyStoreError {
    let text = format!("the bucket of keys `{bucket}` {what}");
    KeyStoreError::new(KeyStoreErrorKind::Unavailable, text)
}

/// A bucket of the key-value store, but that messages may be deleted.
fn config(names: &Names, options: &NatsKeyOptions) -> Config {
    Config {
        name: names.stream(),
        description: Some("Keys of data subjects: not to be copied with the events".to_owned()),
        subjects: vec![names.everything()],
        discard: DiscardPolicy::New,
        // More than are ever there: what a server drops by itself it does not overwrite.
        max_messages_per_subject: 64,
        num_replicas: options.replicas,
        allow_rollup: true,
        allow_direct: true,
        ..Config::default()
    }
}

/// The bucket must neither lose a key nor keep one that is destroyed.
fn check(found: &Config, names: &Names, options: &NatsKeyOptions) -> Result<(), KeyStoreError> {
    let wrong = if found.subjects != [names.everything()] {
        Some("has other subjects")
    } else if !found.max_age.is_zero() {
        Some("forgets with age: max_age must be unbounded")
    } else if found.deny_delete {
        Some("keeps what is to be destroyed: deny_delete must be off")
    } else if (found.max_messages > 0 || found.max_bytes > 0) && found.discard != DiscardPolicy::New
    {
        Some("drops keys when it is full: discard must be new")
    } else if found.mirror.is_some() || found.sources.as_ref().is_some_and(|them| !them.is_empty())
    {
        Some("is filled from elsewhere")
    } else if found.num_replicas < options.replicas {
        Some("has fewer replicas than are asked for")
    } else {
        None
    };
    wrong.map_or(Ok(()), |wrong| {
        let text = format!("the bucket of keys `{}` {wrong}", names.bucket());
        Err(KeyStoreError::new(KeyStoreErrorKind::Misconfigured, text))
    })
}

/// Whether a stream of this name is there with other settings, which are looked at then.
fn is_taken(kind: &CreateStreamErrorKind) -> bool {
    use async_nats::jetstream::ErrorCode;
    matches!(kind, CreateStreamErrorKind::JetStream(err) if err.error_code() == ErrorCode::STREAM_NAME_EXIST)
}

/// The client knows no kind for it, so the code is read in the source.
fn is_in_flight(err: &async_nats::jetstream::context::PublishError) -> bool {
    let source = std::error::Error::source(err);
    let refusal = source.and_then(|source| source.downcast_ref::<async_nats::jetstream::Error>());
    refusal.is_some_and(|refusal| refusal.error_code().0 == IN_FLIGHT)
}

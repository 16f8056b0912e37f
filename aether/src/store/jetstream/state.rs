use async_nats::{
    HeaderMap, HeaderValue,
    jetstream::{
        ErrorCode,
        stream::{Config, DiscardPolicy, LastRawMessageErrorKind, RetentionPolicy, Stream},
    },
};
use bytes::Bytes;

use super::{
    answer::Answer,
    fitness::{state_findings, storage_type},
    post::{Parcel, Unanswered},
    store::Shared,
    stored::GUARD,
};
use crate::{Payload, StoreError, StoreErrorKind};

/// The header with the number that tells which shape a state has, in hexadecimal.
const SCHEMA_HASH: &str = "Aether-Schema-Hash";
/// More than the headers of a state ever take.
pub(super) const MOST_HEADERS: usize = 5 << 10;

/// Something derived from the log, as it lies in the stream.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) sequence: u64,
    headers: HeaderMap,
    payload: Bytes,
}

/// Something derived from the log, to be kept.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) headers: HeaderMap,
    pub(super) payload: Bytes,
}

impl Kept {
    /// A message that has these parts.
    #[cfg(feature = "fuzzing")]
    pub(super) const fn of(sequence: u64, headers: HeaderMap, payload: Bytes) -> Self {
        Self {
            sequence,
            headers,
            payload,
        }
    }

    /// A header, if it is there and can be read.
    pub(super) fn header<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.headers.get(name)?.as_str().parse().ok()
    }

    pub(super) fn schema_hash(&self) -> Option<u64> {
        let text = self.headers.get(SCHEMA_HASH)?;
        u64::from_str_radix(text.as_str(), 16).ok()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.payload.is_empty()
    }

    pub(super) fn data(&self) -> Option<Payload> {
        Payload::from_json(self.payload.clone()).ok()
    }
}

impl State {
    /// The same, with data of a shape.
    pub(super) fn of(mut self, schema_hash: u64, data: &Payload) -> Self {
        self.headers.insert(SCHEMA_HASH, format!("{schema_hash:x}"));
        self.payload = data.as_bytes().clone();
        self
    }

    /// The same, with one more header.
    pub(super) fn with(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.headers.insert(name, value.to_string());
        self
    }
}

/// What is derived from the log: a stream of its own, of which each subject keeps one message.
impl Shared {
    /// Refuses what the server would refuse.
    pub(super) fn check_state(&self, state: &State) -> Result<(), StoreError> {
        let limit = self
            .context
            .client()
            .max_payload()
            .saturating_sub(MOST_HEADERS);
        let size = state.payload.len();
        if size <= limit {
            return Ok(());
        }
        let text = format!("nothing was kept: the state takes {size} bytes, and {limit} can be");
        Err(StoreError::new(StoreErrorKind::TooLarge, text))
    }

    /// Replaces what is kept with this sequence, 0 for nothing, and gives the sequence of what is
    /// kept now. `Unavailable` if someone else was faster: then look again.
    pub(super) async fn replace(
        &self,
        subject: &str,
        kept: u64,
        state: State,
    ) -> Result<u64, StoreError> {
        let State {
            mut headers,
            payload,
        } = state;
        headers.insert(GUARD, HeaderValue::from(kept));
        let parcel = Parcel {
            subject,
            headers,
            payload,
        };
        match self.post(parcel).await {
            Ok(Answer::Stored(sequence) | Answer::Duplicate(sequence)) => Ok(sequence),
            Ok(Answer::WrongLast(refusal) | Answer::InFlight(refusal) | Answer::Later(refusal)) => {
                Err(self.no_state("did not take it").because(refusal))
            }
            Ok(Answer::Never(kind, refusal)) => {
                Err(StoreError::new(kind, "the state is refused").because(refusal))
            }
            Ok(Answer::Garbled(text)) => {
                Err(self.no_state(&format!("answered what makes no sense: `{text}`")))
            }
            Err(Unanswered::Refused(kind, reason)) => {
                Err(StoreError::new(kind, "the state is refused").because(reason))
            }
            Err(Unanswered::Unsent(reason) | Unanswered::Silent(reason)) => {
                Err(self.no_state("did not answer").because(reason))
            }
        }
    }

    /// What the leader has.
    pub(super) async fn kept(&self, subject: &str) -> Result<Option<Kept>, StoreError> {
        let stream = self.state.get_or_try_init(|| self.open_state()).await?;
        let question = stream.raw_message_builder().last_by_subject(subject);
        match question.send().await {
            Ok(message) => Ok(Some(Kept {
                sequence: message.sequence,
                headers: message.headers,
                payload: message.payload,
            })),
            Err(err) if err.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(err) if is_gone(&err.kind()) => {
                let text = format!("the stream `{}` is gone", self.names.state_stream());
                Err(StoreError::new(StoreErrorKind::Misconfigured, text).because(err))
            }
            Err(err) => Err(self.no_state("was not answered for").because(err)),
        }
    }

    /// Says that what is kept is not what it should be.
    pub(super) fn corrupt_state(&self, kept: &Kept, what: &str) -> StoreError {
        let (stream, sequence) = (self.names.state_stream(), kept.sequence);
        let text = format!("message {sequence} of the stream `{stream}` is no {what}");
        StoreError::new(StoreErrorKind::Corrupt, text)
    }

    async fn open_state(&self) -> Result<Stream<()>, StoreError> {
        let namespace = &self.options.namespace;
        let config = Config {
            name: self.names.state_stream().to_owned(),
            description: Some(format!("What is derived from the events of {namespace}")),
            subjects: vec![self.names.state()],
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            max_messages_per_subject: 1,
            storage: storage_type(self.options.storage),
            num_replicas: self.options.replicas,
            allow_direct: true,
            ..Config::default()
        };
        let opened = self.context.get_or_create_stream(config).await;
        let opened = opened.map_err(|err| self.no_state("cannot be opened").because(err))?;
        self.check_state_stream(&opened.cached_info().config)?;
        let name = self.names.state_stream();
        let stream = self.context.get_stream_no_info(name).await;
        stream.map_err(|err| self.no_state("cannot be opened").because(err))
    }

    fn check_state_stream(&self, config: &Config) -> Result<(), StoreError> {
        let findings = state_findings(config, &self.names, &self.options);
        let forbidding = findings.iter();
        let forbidding = forbidding.filter(|it| it.forbids(&self.options.accepted));
        let forbidding: Vec<_> = forbidding.map(ToString::to_string).collect();
        if forbidding.is_empty() {
            return Ok(());
        }
        let (stream, wrong) = (self.names.state_stream(), forbidding.join("; "));
        let text = format!("the stream `{stream}` cannot keep states: {wrong}");
        Err(StoreError::new(StoreErrorKind::Misconfigured, text))
    }

    fn no_state(&self, what: &str) -> StoreError {
        let text = format!("the stream `{}` {what}", self.names.state_stream());
        StoreError::new(StoreErrorKind::Unavailable, text)
    }
}

fn is_gone(kind: &LastRawMessageErrorKind) -> bool {
    match kind {
        LastRawMessageErrorKind::JetStream(refusal) => {
            refusal.error_code() == ErrorCode::STREAM_NOT_FOUND
        }
        LastRawMessageErrorKind::NoMessageFound
        | LastRawMessageErrorKind::InvalidSubject
        | LastRawMessageErrorKind::Other => false,
    }
}

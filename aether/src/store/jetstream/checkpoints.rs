use async_nats::{
    HeaderMap, HeaderValue, Request,
    jetstream::stream::{Config, DiscardPolicy, LastRawMessageErrorKind, RetentionPolicy, Stream},
};

use super::{answer::Answer, fitness::storage_type, store::Shared, stored::GUARD};
use crate::{Position, StoreError, StoreErrorKind};

/// A checkpoint as it lies in the stream.
#[derive(Debug, Clone, Copy, Default)]
struct Kept {
    position: Position,
    /// The sequence of its message, 0 for none.
    sequence: u64,
}

/// How far readers have come: a stream of its own, of which each subject keeps one message.
impl Shared {
    pub(super) async fn checkpoint(&self, reader: &str) -> Result<Position, StoreError> {
        let subject = self.names.checkpoint(reader);
        let question = || async { Ok(self.kept(&subject).await?.position) };
        self.patience().ask(question).await
    }

    pub(super) async fn save_checkpoint(
        &self,
        reader: &str,
        position: Position,
    ) -> Result<(), StoreError> {
        let subject = self.names.checkpoint(reader);
        let question = || self.advance(&subject, position);
        self.patience().ask(question).await
    }

    /// Replaces the checkpoint that is kept, unless it is as far or further. `Unavailable` if it
    /// was replaced by someone else meanwhile: then look again.
    async fn advance(&self, subject: &str, position: Position) -> Result<(), StoreError> {
        let kept = self.kept(subject).await?;
        if kept.position >= position {
            return Ok(());
        }
        let mut headers = HeaderMap::new();
        headers.insert(GUARD, HeaderValue::from(kept.sequence));
        let request = Request::new()
            .headers(headers)
            .payload(position.to_string().into())
            .timeout(Some(self.options.attempt));
        let sent = self
            .context
            .client()
            .send_request(subject.to_owned(), request)
            .await;
        let reply = sent.map_err(|err| self.no_checkpoint("did not answer").because(err))?;
        match Answer::read(&reply.payload) {
            Answer::Stored(_) | Answer::Duplicate(_) => Ok(()),
            Answer::WrongLast(refusal) | Answer::InFlight(refusal) | Answer::Later(refusal) => {
                Err(self.no_checkpoint("did not take it").because(refusal))
            }
            Answer::Never(kind, refusal) => {
                Err(StoreError::new(kind, "the checkpoint is refused").because(refusal))
            }
            Answer::Garbled(text) => {
                Err(self.no_checkpoint(&format!("answered what makes no sense: `{text}`")))
            }
        }
    }

    /// What the leader has.
    async fn kept(&self, subject: &str) -> Result<Kept, StoreError> {
        let stream = self.state.get_or_try_init(|| self.open_state()).await?;
        let question = stream.raw_message_builder().last_by_subject(subject);
        let message = match question.send().await {
            Ok(message) => message,
            Err(err) if err.kind() == LastRawMessageErrorKind::NoMessageFound => {
                return Ok(Kept::default());
            }
            Err(err) => return Err(self.no_checkpoint("was not answered for").because(err)),
        };
        let number = std::str::from_utf8(&message.payload)
            .ok()
            .and_then(|text| text.parse().ok());
        let number = number.ok_or_else(|| {
            let (stream, sequence) = (self.names.state_stream(), message.sequence);
            let text = format!("message {sequence} of the stream `{stream}` is no checkpoint");
            StoreError::new(StoreErrorKind::Corrupt, text)
        })?;
        Ok(Kept {
            position: Position::new(number),
            sequence: message.sequence,
        })
    }

    async fn open_state(&self) -> Result<Stream<()>, StoreError> {
        let config = Config {
            name: self.names.state_stream().to_owned(),
            description: Some(format!("How far readers of {} are", self.options.namespace)),
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
        opened.map_err(|err| self.no_checkpoint("cannot be opened").because(err))?;
        let stream = self
            .context
            .get_stream_no_info(self.names.state_stream())
            .await;
        stream.map_err(|err| self.no_checkpoint("cannot be opened").because(err))
    }

    fn no_checkpoint(&self, what: &str) -> StoreError {
        let text = format!("the stream `{}` {what}", self.names.state_stream());
        StoreError::new(StoreErrorKind::Unavailable, text)
    }
}

use async_nats::jetstream::{
    ErrorCode,
    stream::{LastRawMessageErrorKind, RawMessageBuilder, RawMessageErrorKind},
};

use super::{store::Shared, stored::Stored};
use crate::{Position, StoreError, StoreErrorKind};

/// Questions that the stream's leader answers, from what it has applied.
impl Shared {
    /// The last message of a subject.
    pub(super) async fn leader_last(&self, subject: &str) -> Result<Option<Stored>, StoreError> {
        let question = self.stream.raw_message_builder().last_by_subject(subject);
        self.ask_leader(question).await
    }

    /// The first message of a subject that has this sequence or a later one.
    pub(super) async fn leader_next(
        &self,
        subject: &str,
        from: u64,
    ) -> Result<Option<Stored>, StoreError> {
        let question = self.stream.raw_message_builder().sequence(from);
        self.ask_leader(question.next_by_subject(subject)).await
    }

    /// The message with this sequence.
    pub(super) async fn leader_at(&self, sequence: u64) -> Result<Option<Stored>, StoreError> {
        let question = self.stream.raw_message_builder().sequence(sequence);
        self.ask_leader(question).await
    }

    /// The message with this sequence, of which it is known that it was there: one with the
    /// sequence `seen`, which is later, has been read.
    pub(super) async fn earlier(&self, sequence: u64, seen: u64) -> Result<Stored, StoreError> {
        if let Some(message) = self.leader_at(sequence).await? {
            return Ok(message);
        }
        // A leader that was elected a moment ago may not have applied all that it has.
        if self.head().await?.as_u64() < seen {
            return Err(self.behind());
        }
        let message = self.leader_at(sequence).await?;
        message.ok_or_else(|| {
            let text = "a commit is missing from the stream";
            StoreError::new(StoreErrorKind::Corrupt, text).at(Position::new(sequence))
        })
    }

    /// The sequence of the last message.
    pub(super) async fn head(&self) -> Result<Position, StoreError> {
        match self.stream.get_info().await {
            Ok(info) => Ok(Position::new(info.state.last_sequence)),
            Err(err) => Err(self.unavailable("did not say where it ends").because(err)),
        }
    }

    async fn ask_leader(&self, question: RawMessageBuilder) -> Result<Option<Stored>, StoreError> {
        let err = match question.send().await {
            Ok(message) => return Ok(Some(message.into())),
            Err(err) => err,
        };
        match err.kind() {
            RawMessageErrorKind::NoMessageFound => Ok(None),
            RawMessageErrorKind::JetStream(refusal)
                if refusal.error_code() == ErrorCode::STREAM_NOT_FOUND =>
            {
                Err(self.gone().because(err))
            }
            LastRawMessageErrorKind::InvalidSubject => Err(StoreError::new(
                StoreErrorKind::Invalid,
                "the client refuses the subject of an actor",
            )
            .because(err)),
            LastRawMessageErrorKind::JetStream(_) | LastRawMessageErrorKind::Other => {
                Err(self.unavailable("was not answered for").because(err))
            }
        }
    }

    /// Says that the stream is out of reach.
    pub(super) fn unavailable(&self, what: &str) -> StoreError {
        let text = format!("the stream `{}` {what}", self.names.stream());
        StoreError::new(StoreErrorKind::Unavailable, text)
    }

    /// Says that the stream's leader knows less than was read before.
    pub(super) fn behind(&self) -> StoreError {
        self.unavailable("is behind what was read from it before")
    }

    fn gone(&self) -> StoreError {
        let text = format!(
            "the stream `{}` does not exist any more",
            self.names.stream()
        );
        StoreError::new(StoreErrorKind::Misconfigured, text)
    }
}

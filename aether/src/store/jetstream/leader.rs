use std::{future::Future, time::Duration};

use async_nats::jetstream::{
    ErrorCode,
    response::Response,
    stream::{Info, LastRawMessageErrorKind, RawMessageBuilder, RawMessageErrorKind},
};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use serde_json::json;
use tokio::time::sleep;

use super::{memo::Place, store::Shared, stored::Stored};
use crate::{Position, StoreError, StoreErrorKind};

/// How long a leader has before it is asked again.
const INSISTS_AFTER: Duration = Duration::from_millis(250);

/// Asks a question whose answer changes nothing, and asks again and again until one of them is
/// answered, or the first has had its time.
///
/// Nobody hears what a stream without a leader is asked. Whoever becomes its leader is so asked soon
/// after, and not when that time is over.
async fn insisting<T, E, F>(ask: impl Fn() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut asked = FuturesUnordered::from_iter([ask()]);
    loop {
        tokio::select! {
            biased;
            Some(answer) = asked.next() => return answer,
            () = sleep(INSISTS_AFTER) => asked.push(ask()),
        }
    }
}

/// Questions that the stream's leader answers, from what it has applied.
impl Shared {
    /// The last message of a subject.
    pub(super) async fn leader_last(&self, subject: &str) -> Result<Option<Stored>, StoreError> {
        let question = || self.stream.raw_message_builder();
        self.ask_leader(|| question().last_by_subject(subject))
            .await
    }

    /// The first message of a subject that has this sequence or a later one.
    pub(super) async fn leader_next(
        &self,
        subject: &str,
        from: u64,
    ) -> Result<Option<Stored>, StoreError> {
        let question = || self.stream.raw_message_builder().sequence(from);
        self.ask_leader(|| question().next_by_subject(subject))
            .await
    }

    /// The message with this sequence.
    pub(super) async fn leader_at(&self, sequence: u64) -> Result<Option<Stored>, StoreError> {
        let question = || self.stream.raw_message_builder().sequence(sequence);
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
        let info = self.info(false).await?;
        Ok(Position::new(info.state.last_sequence))
    }

    /// What the leader says of the stream, which must be the one that was opened; with the
    /// sequences of messages that were deleted, if they are wanted.
    pub(super) async fn info(&self, deleted: bool) -> Result<Info, StoreError> {
        let question = json!({ "deleted_details": deleted });
        let to = format!("STREAM.INFO.{}", self.names.stream());
        match insisting(|| self.context.request(to.clone(), &question)).await {
            Ok(Response::Ok::<Info>(info)) if info.created == self.created => Ok(info),
            Ok(Response::Ok(_)) => Err(self.lost("is another one than was opened")),
            Ok(Response::Err { error }) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                Err(self.gone().because(error))
            }
            Ok(Response::Err { error }) => Err(self.silent().because(error)),
            Err(err) => Err(self.silent().because(err)),
        }
    }

    /// Why the leader does not have what was read before: it has not got it yet, unless the
    /// message is missing or the stream is another one.
    pub(super) async fn lagging(&self, seen: Place) -> StoreError {
        if let Err(err) = self.head().await {
            return err;
        }
        match self.earlier(seen.sequence, seen.sequence).await {
            Ok(_it_is_there_now) => self.behind(),
            Err(err) => err,
        }
    }

    /// Why nobody has answered: perhaps there is no such stream any more.
    pub(super) async fn unanswered(&self, what: &str) -> StoreError {
        match self.info(false).await {
            Err(err) if err.kind() != StoreErrorKind::Unavailable => err,
            Ok(_) | Err(_) => self.unavailable(what),
        }
    }

    async fn ask_leader(
        &self,
        question: impl Fn() -> RawMessageBuilder + Send + Sync,
    ) -> Result<Option<Stored>, StoreError> {
        let err = match insisting(|| question().send()).await {
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

    fn silent(&self) -> StoreError {
        self.unavailable("did not say where it ends")
    }

    fn gone(&self) -> StoreError {
        self.lost("does not exist any more")
    }

    fn lost(&self, what: &str) -> StoreError {
        let text = format!("the stream `{}` {what}", self.names.stream());
        StoreError::new(StoreErrorKind::Misconfigured, text)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, future::pending};

    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_becomes_leader_is_asked_soon_after() {
        let (begun, asked) = (Instant::now(), Cell::new(0));
        let leads_from = begun + Duration::from_millis(1_100);
        let answer = insisting(async || {
            asked.set(asked.get() + 1);
            if Instant::now() < leads_from {
                sleep(Duration::from_secs(2)).await;
                return Err("nobody was there");
            }
            Ok(asked.get())
        });
        assert_eq!(answer.await, Ok(6));
        assert_eq!(begun.elapsed(), Duration::from_millis(1_250));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_question_says_when_the_time_is_over() {
        let begun = Instant::now();
        let answer: Result<(), _> = insisting(async || {
            sleep(Duration::from_secs(2)).await;
            Err("nobody was there")
        })
        .await;
        assert_eq!(answer, Err("nobody was there"));
        assert_eq!(begun.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_answered_in_time_is_asked_once() {
        let asked = Cell::new(0);
        let answer: Result<_, ()> = insisting(async || {
            asked.set(asked.get() + 1);
            if asked.get() > 1 {
                pending::<()>().await;
            }
            sleep(Duration::from_millis(200)).await;
            Ok(asked.get())
        })
        .await;
        assert_eq!(answer, Ok(1));
    }
}

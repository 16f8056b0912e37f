use async_nats::{Message, Request, StatusCode, Subscriber, jetstream::stream::DirectGetErrorKind};
use futures_util::StreamExt as _;
use serde::Serialize;
use tokio::time::timeout;

use super::{store::Shared, stored::Stored};
use crate::{StoreError, StoreErrorKind};

/// The most messages in one answer: about as many as are read faster than by a consumer.
const BATCH: usize = 128;

const PENDING: &str = "Nats-Num-Pending";
const PREVIOUS: &str = "Nats-Last-Sequence";

/// Asks for messages of a subject from a sequence on.
#[derive(Serialize)]
struct Question<'a> {
    seq: u64,
    next_by_subj: &'a str,
    batch: usize,
    max_bytes: usize,
}

/// Some messages of a subject, oldest first.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) messages: Vec<Stored>,
    /// How many of them are still to be read, as far as the replica knows.
    pub(super) pending: u64,
}

/// Questions that any replica answers, from what it has got.
impl Shared {
    /// The last message of a subject.
    pub(super) async fn replica_last(&self, subject: &str) -> Result<Option<Stored>, StoreError> {
        let err = match self.stream.direct_get_last_for_subject(subject).await {
            Ok(message) => return Ok(Some(message.into())),
            Err(err) => err,
        };
        match err.kind() {
            DirectGetErrorKind::NotFound => Ok(None),
            DirectGetErrorKind::ErrorResponse(StatusCode::NO_RESPONDERS, _) => {
                Err(self.unanswered("has no replica that answers").await)
            }
            DirectGetErrorKind::InvalidSubject
            | DirectGetErrorKind::TimedOut
            | DirectGetErrorKind::Request
            | DirectGetErrorKind::ErrorResponse(..)
            | DirectGetErrorKind::Other => {
                Err(self.unavailable("was not answered for").because(err))
            }
        }
    }

    /// Messages of a subject, those of this sequence and later: some, as many as fit into so many
    /// bytes.
    pub(super) async fn short_batch(
        &self,
        subject: &str,
        from: u64,
        max_bytes: usize,
    ) -> Result<Batch, StoreError> {
        let question = Question {
            seq: from,
            next_by_subj: subject,
            batch: BATCH,
            max_bytes,
        };
        let to = format!("DIRECT.GET.{}", self.names.stream());
        let mut replies = self.ask(to, &question).await?;
        let mut batch = Batch::default();
        loop {
            let reply = timeout(self.options.attempt, replies.next()).await;
            let reply = reply.map_err(|err| self.unavailable("stopped answering").because(err))?;
            let reply = reply.ok_or_else(|| self.unavailable("was cut off while it answered"))?;
            match reply.status.map(|status| status.as_u16()) {
                None => batch.push(reply).map_err(|gap| self.unavailable(gap))?,
                Some(204) => return batch.ended(&reply).map_err(|gap| self.unavailable(gap)),
                Some(404) if batch.messages.is_empty() => return Ok(batch),
                Some(503) => return Err(self.unanswered("has no replica that answers").await),
                Some(status) => return Err(self.refused(status, reply.description.as_deref())),
            }
        }
    }

    /// Asks a question that is answered by several messages.
    pub(super) async fn ask(
        &self,
        to: String,
        question: &(impl Serialize + Sync),
    ) -> Result<Subscriber, StoreError> {
        let client = &self.client;
        let cut_off = || self.unavailable("could not be asked");
        let payload = serde_json::to_vec(question).map_err(|err| cut_off().because(err))?;
        let inbox = client.new_inbox();
        let replies = client.subscribe(inbox.clone()).await;
        let replies = replies.map_err(|err| cut_off().because(err))?;
        let request = Request::new().payload(payload.into()).inbox(inbox);
        let sent = self.context.send_request(to, request).await;
        sent.map_err(|err| cut_off().because(err))?;
        Ok(replies)
    }

    fn refused(&self, status: u16, description: Option<&str>) -> StoreError {
        let text = format!(
            "the stream `{}` refuses to be read: {} (status {status})",
            self.names.stream(),
            description.unwrap_or("no reason given"),
        );
        StoreError::new(StoreErrorKind::Misconfigured, text)
    }
}

impl Batch {
    /// Takes a message, if it follows the last one: a client that is too slow drops messages
    /// without a word.
    fn push(&mut self, reply: Message) -> Result<(), &'static str> {
        const GAP: &str = "was read with a gap: the client lost a part of the answer";
        let message = Stored::fetched(reply).ok_or("answered without saying what")?;
        let pending = message.number(PENDING).ok_or("answered without a count")?;
        let last = self.messages.last().map_or(0, |last| last.sequence);
        let follows = message.number(PREVIOUS) == Some(last);
        if !follows || (last > 0 && pending.checked_add(1) != Some(self.pending)) {
            return Err(GAP);
        }
        self.pending = pending;
        self.messages.push(message);
        Ok(())
    }

    /// Takes the end of the answer, which counts what is still to be read.
    fn ended(mut self, end: &Message) -> Result<Self, &'static str> {
        let number = |name| {
            let headers = end.headers.as_ref()?;
            headers.get_last(name)?.as_str().parse::<u64>().ok()
        };
        let last = self.messages.last().map_or(0, |last| last.sequence);
        if number(PREVIOUS).is_some_and(|sequence| sequence != last) {
            return Err("was read with a gap: the client lost the end of the answer");
        }
        self.pending = number(PENDING).unwrap_or(self.pending);
        Ok(self)
    }
}

use std::error::Error;

use async_nats::{
    HeaderMap, Message, PublishErrorKind, StatusCode, Subject, connection::State,
    subject::ToSubject,
};
use bytes::Bytes;
use tokio::time::timeout;

use super::{answer::Answer, store::Shared};
use crate::{CommitId, StoreErrorKind};

/// A message on its way to a stream.
#[derive(Debug)]
pub(super) struct Parcel<'a> {
    pub(super) subject: &'a str,
    pub(super) headers: HeaderMap,
    pub(super) payload: Bytes,
}

/// A subject that is copied only where the client keeps it.
struct Borrowed<'a>(&'a str);

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// It never came to a stream.
    Unsent(Reason),
    /// The client refuses to send it.
    Refused(StoreErrorKind, Reason),
    /// It may be stored, or not.
    Silent(Reason),
}

/// The header that says which batch a message belongs to.
const BATCH_ID: &str = "Nats-Batch-Id";
/// The header with a message's number in its batch, from 1.
const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
/// The header that ends a batch, and has it stored.
const BATCH_COMMIT: &str = "Nats-Batch-Commit";

type Reason = Box<dyn Error + Send + Sync>;

impl ToSubject for Borrowed<'_> {
    fn to_subject(&self) -> Subject {
        Subject::from(self.0)
    }
}

impl Shared {
    /// Sends a message, and waits for what the stream answers.
    pub(super) async fn post(&self, parcel: Parcel<'_>) -> Result<Answer, Unanswered> {
        let client = &self.client;
        if client.connection_state() != State::Connected {
            return Err(unsent("the client is not connected"));
        }
        let (waiter, reply) = self.replies.expect().map_err(unsent)?;
        let Parcel {
            subject,
            headers,
            payload,
        } = parcel;
        let sent =
            client.publish_with_reply_and_headers(Borrowed(subject), reply, headers, payload);
        // It is large and soon over: in a box, it does not make every append large.
        Box::pin(sent).await.map_err(unpublished)?;
        match timeout(self.options.attempt, waiter.answer()).await {
            Ok(Ok(reply)) => answer(&reply),
            Ok(Err(closed)) => Err(Unanswered::Silent(closed.into())),
            Err(elapsed) => Err(Unanswered::Silent(elapsed.into())),
        }
    }

    /// Sends messages that are stored all or none, and waits for what the stream answers.
    pub(super) async fn post_batch(
        &self,
        mut parcels: Vec<Parcel<'_>>,
    ) -> Result<Answer, Unanswered> {
        number(&mut parcels);
        let client = &self.client;
        if client.connection_state() != State::Connected {
            return Err(unsent("the client is not connected"));
        }
        let Some(last) = parcels.pop() else {
            return Err(unsent("there is nothing to send"));
        };
        for Parcel {
            subject,
            headers,
            payload,
        } in parcels
        {
            let sent = client
                .publish_with_headers(Borrowed(subject), headers, payload)
                .await;
            sent.map_err(unpublished)?;
        }
        self.post(last).await
    }
}

fn unsent(reason: impl Into<Reason>) -> Unanswered {
    Unanswered::Unsent(reason.into())
}

fn unpublished(err: async_nats::PublishError) -> Unanswered {
    match err.kind() {
        PublishErrorKind::MaxPayloadExceeded => {
            Unanswered::Refused(StoreErrorKind::TooLarge, err.into())
        }
        PublishErrorKind::InvalidSubject => {
            Unanswered::Refused(StoreErrorKind::Invalid, err.into())
        }
        PublishErrorKind::Send => unsent(err),
    }
}

fn answer(reply: &Message) -> Result<Answer, Unanswered> {
    if reply.status == Some(StatusCode::NO_RESPONDERS) {
        return Err(unsent("no stream listens"));
    }
    Ok(Answer::read(&reply.payload))
}

/// Makes messages a batch, under an id that no other try has.
fn number(parcels: &mut [Parcel<'_>]) {
    let id = CommitId::new().to_string();
    for (parcel, number) in parcels.iter_mut().zip(1_u64..) {
        parcel.headers.insert(BATCH_ID, id.as_str());
        parcel.headers.insert(BATCH_SEQUENCE, number.to_string());
    }
    if let Some(last) = parcels.last_mut() {
        last.headers.insert(BATCH_COMMIT, "1");
    }
}

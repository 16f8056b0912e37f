use std::time::Duration;

use super::{
    answer::{Acknowledgement, Refusal},
    stream::{MESSAGE_ID, Proposal, Stream},
};
use crate::simulation::nats::NatsMessage;

const ID: &str = "Nats-Batch-Id";
const SEQUENCE: &str = "Nats-Batch-Sequence";
const COMMIT: &str = "Nats-Batch-Commit";

/// Messages that are to be stored together, as far as they have come.
#[derive(Debug)]
pub(super) struct Batch {
    messages: Vec<NatsMessage>,
    /// Which try of the id it is: an earlier one may have been given up.
    pub(super) since: Duration,
}

/// What becomes of a message of a batch.
pub(super) enum Gathered {
    /// Others are still to come.
    Waits,
    /// All are there, and nothing is against storing them.
    Whole(Proposal),
    Refused(Acknowledgement),
}

/// How long a batch waits for its next message.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The batch that a message belongs to.
pub(super) fn id_of(message: &NatsMessage) -> Option<&str> {
    message.header(ID)
}

impl Stream {
    /// How many messages a batch has at most.
    const MOST: usize = 1_000;

    /// Takes a message of a batch.
    pub(super) fn gather(&mut self, message: NatsMessage, now: Duration) -> Gathered {
        let taken = self.take(message, now);
        taken.unwrap_or_else(|refusal| Gathered::Refused(Acknowledgement::Refused(refusal)))
    }

    fn take(&mut self, message: NatsMessage, now: Duration) -> Result<Gathered, Refusal> {
        let id = id_of(&message).unwrap_or_default().to_owned();
        if !self.config.allow_atomic {
            return Err(Refusal::NO_BATCHES);
        }
        let number = message.number(SEQUENCE);
        let number = number.ok_or(Refusal::NO_BATCH_SEQUENCE)?;
        if number == 1 {
            let (messages, since) = (Vec::new(), now);
            self.batches.insert(id.clone(), Batch { messages, since });
        }
        let is_last = message.header(COMMIT) == Some("1");
        let reply = message.reply.clone();
        let next = |batch: &Batch| batch.messages.len() as u64 + 1;
        let mut batch = self.batches.remove(&id).ok_or(Refusal::INCOMPLETE_BATCH)?;
        if next(&batch) != number {
            return Err(Refusal::INCOMPLETE_BATCH);
        }
        batch.messages.push(message);
        if batch.messages.len() > Self::MOST {
            return Err(Refusal::LARGE_BATCH);
        }
        if !is_last {
            batch.since = now;
            self.batches.insert(id, batch);
            return Ok(Gathered::Waits);
        }
        self.check_all(&batch.messages, now)?;
        Ok(Gathered::Whole(Proposal {
            messages: batch.messages,
            reply,
            batch: Some(id),
        }))
    }

    /// All of it is checked against what was there before any of it.
    fn check_all(&mut self, messages: &[NatsMessage], now: Duration) -> Result<(), Refusal> {
        for message in messages {
            let id = message.header(MESSAGE_ID);
            if id.is_some_and(|id| self.known(id, now).is_some()) {
                return Err(Refusal::REPEATED_ID_IN_BATCH);
            }
            self.check_expected(message)?;
        }
        Ok(())
    }
}

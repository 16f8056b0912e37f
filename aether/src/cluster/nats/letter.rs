use std::time::Duration;

use async_nats::Subject;
use bytes::Bytes;
use tokio::{sync::mpsc, time::Instant};
use uuid::Uuid;

use super::{
    frame::{AnswerFrame, AskFrame},
    wire::Wire,
};
use crate::cluster::{Epoch, NodeInput, Shard, Tenure};

/// An ask that has come to a node.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) shard: Shard,
    pub(super) session: Uuid,
    pub(super) sequence: u64,
    pub(super) deadline: Instant,
    pub(super) payload: Bytes,
    /// Where its answer is waited for.
    pub(super) reply: Subject,
}

impl Letter {
    /// The ask of a message, and the epoch of the table by which it was sent.
    pub(super) fn open(payload: &Bytes, reply: Subject) -> Option<(Self, Epoch)> {
        let frame = AskFrame::decode(payload)?;
        let letter = Self {
            shard: frame.shard,
            session: frame.session,
            sequence: frame.sequence,
            deadline: Instant::now() + frame.budget,
            payload: frame.payload,
            reply,
        };
        Some((letter, frame.epoch))
    }

    /// The message with which it goes on, by the table of this epoch.
    pub(super) fn seal(&self, epoch: Epoch) -> Bytes {
        let frame = AskFrame {
            shard: self.shard,
            epoch,
            session: self.session,
            sequence: self.sequence,
            budget: self.left(),
            payload: self.payload.clone(),
        };
        frame.encode()
    }

    /// How much of its time is left.
    pub(super) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

/// Answers an ask. If that fails, whoever has asked finds out.
pub(super) async fn answer(client: &Wire, reply: Subject, answer: &AnswerFrame) {
    if let Err(error) = client.publish(reply, answer.encode()).await {
        tracing::debug!(%error, "an ask is not answered");
    }
}

/// Says that an ask is finished which has waited for its shard, however that comes about: a shard
/// that is to go waits for it.
pub(super) struct Finishing {
    pub(super) inbox: mpsc::UnboundedSender<NodeInput<Letter>>,
    pub(super) shard: Shard,
    pub(super) tenure: Tenure,
}

impl Drop for Finishing {
    fn drop(&mut self) {
        let (shard, tenure) = (self.shard, self.tenure);
        // A node that has gone needs not know.
        drop(self.inbox.send(NodeInput::Finished { shard, tenure }));
    }
}

use std::sync::Arc;

use async_nats::Message;
use futures_core::Stream;
use futures_util::stream;
use tokio::time::Instant;

use super::{
    block::Block,
    delivery::Delivery,
    flow::{Flow, Reach},
    store::Shared,
    stored::Stored,
};
use crate::{Position, Recorded, StoreError, StoreErrorKind};

/// How many messages are under way while others are read: as long as the reader keeps up, more
/// make it no faster.
const AHEAD: u64 = 8_192;

/// Every commit after a position, those to come included.
pub(super) fn follow(
    store: Arc<Shared>,
    after: Position,
) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
    let follower = Follower {
        store,
        last: after.as_u64(),
        flow: None,
        began: None,
        missing: None,
        block: Block::default(),
    };
    // The future of the next item lives in the stream, so that dropping `next()` loses nothing.
    stream::unfold(Some(follower), |follower| async move {
        let mut follower = follower?;
        match follower.next().await {
            Ok(recorded) => Some((Ok(recorded), Some(follower))),
            Err(err) => Some((Err(err), None)),
        }
    })
}

/// Reads the stream in order by a consumer that lives no longer than the connection, and makes
/// another one whenever something is wrong with it.
struct Follower {
    store: Arc<Shared>,
    /// The sequence of the last message that was given out.
    last: u64,
    flow: Option<Flow>,
    /// When the consumer was made, if it is there.
    began: Option<Instant>,
    /// The first message after that which was missing from the stream then.
    missing: Option<u64>,
    /// Where the data of what is given out is kept.
    block: Block,
}

impl Follower {
    async fn next(&mut self) -> Result<Recorded, StoreError> {
        let mut patience = self.store.patience();
        loop {
            let trouble = match self.deliver().await {
                Ok(message) => match self.take(message).await? {
                    Some(stored) => match self.give(&stored)? {
                        Some(recorded) => return Ok(recorded),
                        None => continue,
                    },
                    None => continue,
                },
                Err(err) if err.kind() == StoreErrorKind::Unavailable => err,
                Err(err) => return Err(err),
            };
            self.flow = None;
            // After a while of quiet the trouble is a new one.
            let began = self.began.take();
            if began.is_some_and(|began| began.elapsed() > Flow::SILENCE) {
                patience = self.store.patience();
            }
            patience.endure(trouble).await?;
        }
    }

    /// What the consumer delivers.
    async fn deliver(&mut self) -> Result<Message, StoreError> {
        if self.flow.is_none() {
            self.missing = self.first_missing().await?;
        }
        if self.missing == Some(self.last + 1) {
            return Err(missing(self.last + 1));
        }
        let store = &*self.store;
        if let Some(flow) = &mut self.flow {
            if flow.is_due() {
                flow.acknowledge(store).await?;
            }
            return flow.next(store).await;
        }
        let reach = Reach {
            subject: "",
            from: self.last + 1,
            ahead: AHEAD,
            silence: Flow::SILENCE,
        };
        let flow = Flow::open(store, reach).await?;
        self.began = Some(Instant::now());
        self.flow.insert(flow).next(store).await
    }

    /// The first message to come that was there and is not any more: a consumer passes over it
    /// without a word, and waits for ever if it was the last.
    async fn first_missing(&self) -> Result<Option<u64>, StoreError> {
        let state = self.store.info(false).await?.state;
        if state.last_sequence < self.last {
            return Err(self.store.behind());
        }
        let next = self.last + 1;
        if state.first_sequence > next {
            return Ok(Some(next));
        }
        if state.deleted_count.unwrap_or_default() == 0 {
            return Ok(None);
        }
        let deleted = self.store.info(true).await?.state.deleted;
        let deleted = deleted.unwrap_or_default().into_iter();
        Ok(deleted.filter(|sequence| *sequence >= next).min())
    }

    /// The commit; none if the message holds none, but guards an actor.
    fn give(&mut self, stored: &Stored) -> Result<Option<Recorded>, StoreError> {
        let names = &self.store.names;
        let is_guard = stored.subject.as_str() == names.guards();
        let recorded = (!is_guard)
            .then(|| stored.recorded(names, None, &mut self.block))
            .transpose()?;
        self.last = stored.sequence;
        Ok(recorded)
    }

    /// The message, if it is the next one.
    async fn take(&mut self, message: Message) -> Result<Option<Stored>, StoreError> {
        let delivery = message.reply.as_deref().and_then(Delivery::read);
        let Some(Delivery {
            sequence, pending, ..
        }) = delivery
        else {
            return Err(self.store.unavailable("sent a stray message"));
        };
        if let Some(flow) = &mut self.flow {
            flow.expect(pending);
        }
        let next = self.last + 1;
        if sequence > next {
            self.check_gap(next, sequence).await?;
        }
        // A message that was given out before is passed over.
        Ok((sequence == next).then(|| Stored::delivered(sequence, message)))
    }

    /// Nothing is ever removed from the stream, so what was not delivered must be there, and
    /// another consumer will deliver it.
    async fn check_gap(&mut self, next: u64, seen: u64) -> Result<(), StoreError> {
        let store = &*self.store;
        store.patience().ask(|| store.earlier(next, seen)).await?;
        self.flow = None;
        Ok(())
    }
}

fn missing(sequence: u64) -> StoreError {
    let text = "a commit is missing from the stream";
    StoreError::new(StoreErrorKind::Corrupt, text).at(Position::new(sequence))
}

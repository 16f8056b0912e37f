use std::sync::Arc;

use async_nats::Message;
use futures_core::Stream;
use futures_util::stream;
use tokio::time::Instant;

use super::{delivery::Delivery, flow::Flow, store::Shared, stored::Stored};
use crate::{Position, Recorded, StoreError};

/// Every commit after a position, those to come included.
pub(super) fn follow(
    store: Arc<Shared>,
    after: Position,
) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
    let follower = Follower {
        store,
        last: after.as_u64(),
        flow: None,
        began: Instant::now(),
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
    /// When the consumer was made.
    began: Instant,
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
                Err(err) => err,
            };
            self.flow = None;
            // After a while of quiet the trouble is a new one.
            if self.began.elapsed() > Flow::SILENCE {
                patience = self.store.patience();
            }
            if !patience.pause().await {
                return Err(trouble);
            }
        }
    }

    /// What the consumer delivers.
    async fn deliver(&mut self) -> Result<Message, StoreError> {
        if let Some(flow) = &mut self.flow {
            return flow.next().await;
        }
        let flow = Flow::after(Arc::clone(&self.store), self.last).await?;
        self.began = Instant::now();
        self.flow.insert(flow).next().await
    }

    /// The commit; none if the message holds none, but guards an actor.
    fn give(&mut self, stored: &Stored) -> Result<Option<Recorded>, StoreError> {
        let names = &self.store.names;
        let is_guard = stored.subject.as_str() == names.guards();
        let recorded = (!is_guard)
            .then(|| stored.recorded(names, None))
            .transpose()?;
        self.last = stored.sequence;
        Ok(recorded)
    }

    /// The message, if it is the next one.
    async fn take(&mut self, message: Message) -> Result<Option<Stored>, StoreError> {
        let delivery = message.reply.as_deref().and_then(Delivery::read);
        let Some(Delivery { sequence, .. }) = delivery else {
            return Err(self.store.unavailable("sent a stray message"));
        };
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

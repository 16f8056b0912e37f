use std::{sync::Arc, time::Duration};

use async_nats::jetstream::{
    self,
    consumer::{AckPolicy, DeliverPolicy, pull},
};
use futures_core::Stream;
use futures_util::{StreamExt as _, stream};
use tokio::time::Instant;

use super::{store::Shared, stored::Stored};
use crate::{Position, Recorded, StoreError};

/// How many commits are fetched ahead of the reader, at most.
const AHEAD: usize = 500;
/// How often the server says that it is there when there is nothing else to say.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long a server keeps a consumer that nobody reads.
const FORGOTTEN: Duration = Duration::from_mins(1);

/// Every commit after a position, those to come included.
pub(super) fn follow(
    store: Arc<Shared>,
    after: Position,
) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
    let follower = Follower {
        store,
        last: after.as_u64(),
        messages: None,
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
    messages: Option<pull::Stream>,
    /// When the consumer was made.
    began: Instant,
}

impl Follower {
    async fn next(&mut self) -> Result<Recorded, StoreError> {
        let mut patience = self.store.patience();
        loop {
            let trouble = match self.deliver().await {
                Ok(Some(message)) => match self.take(message).await? {
                    Some(stored) => match self.give(&stored)? {
                        Some(recorded) => return Ok(recorded),
                        None => continue,
                    },
                    None => continue,
                },
                Ok(None) => self.store.unavailable("cut the follower off"),
                Err(err) => err,
            };
            self.messages = None;
            // After a while of quiet the trouble is a new one.
            if self.began.elapsed() > HEARTBEAT * 2 {
                patience = self.store.patience();
            }
            if !patience.pause().await {
                return Err(trouble);
            }
        }
    }

    /// What the consumer delivers; none if it delivers nothing any more.
    async fn deliver(&mut self) -> Result<Option<jetstream::Message>, StoreError> {
        let messages = if let Some(messages) = &mut self.messages {
            messages
        } else {
            let messages = consume(&self.store, self.last).await?;
            self.began = Instant::now();
            self.messages.insert(messages)
        };
        let message = messages.next().await.transpose();
        message.map_err(|err| self.store.unavailable("cannot be followed").because(err))
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
    async fn take(&mut self, message: jetstream::Message) -> Result<Option<Stored>, StoreError> {
        let sequence = match message.info() {
            Ok(info) => info.stream_sequence,
            Err(err) => return Err(self.store.unavailable("sent a stray message").because(err)),
        };
        let next = self.last + 1;
        if sequence > next {
            self.check_gap(next, sequence).await?;
        }
        // A message that was given out before is passed over.
        Ok((sequence == next).then(|| Stored::delivered(sequence, message.message)))
    }

    /// Nothing is ever removed from the stream, so what was not delivered must be there, and
    /// another consumer will deliver it.
    async fn check_gap(&mut self, next: u64, seen: u64) -> Result<(), StoreError> {
        let store = &*self.store;
        store.patience().ask(|| store.earlier(next, seen)).await?;
        self.messages = None;
        Ok(())
    }
}

async fn consume(store: &Shared, last: u64) -> Result<pull::Stream, StoreError> {
    let silent = || store.unavailable("cannot be followed");
    let consumer = store.stream.create_consumer(config(last)).await;
    let consumer = consumer.map_err(|err| silent().because(err))?;
    let messages = consumer
        .stream()
        .max_messages_per_batch(AHEAD)
        .heartbeat(HEARTBEAT)
        .messages();
    messages.await.map_err(|err| silent().because(err))
}

fn config(last: u64) -> pull::Config {
    pull::Config {
        deliver_policy: match last {
            0 => DeliverPolicy::All,
            last => DeliverPolicy::ByStartSequence {
                start_sequence: last + 1,
            },
        },
        ack_policy: AckPolicy::None,
        inactive_threshold: FORGOTTEN,
        memory_storage: true,
        num_replicas: 1,
        ..pull::Config::default()
    }
}

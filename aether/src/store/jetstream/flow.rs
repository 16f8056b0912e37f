use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_nats::{
    Client, Message, Request, Statistics, Subscriber,
    jetstream::consumer::{AckPolicy, DeliverPolicy, pull},
};
use futures_util::{FutureExt as _, StreamExt as _};
use serde::Serialize;
use tokio::time::{Instant, timeout};

use super::store::Shared;
use crate::StoreError;

/// How many messages are asked for at once.
const BATCH: u64 = 2_048;
/// How many messages are under way at least, as long as there are any: while those are read, the
/// next ones come.
const AHEAD: u64 = 1_024;
/// How many bytes the messages have at most that are asked for at once.
const BYTES: usize = 8 << 20;
/// How often the server says that it is there when there is nothing else to say.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long a question stays open.
const EXPIRY: Duration = Duration::from_secs(30);
/// How long to wait before looking whether the connection is still the same.
const LOOK: Duration = Duration::from_millis(500);
/// How long a server keeps a consumer that nobody reads.
const FORGOTTEN: Duration = Duration::from_mins(1);

/// The header that says how much of a question was not answered.
const UNANSWERED: &str = "Nats-Pending-Messages";

/// The messages of a consumer, each asked for before it comes, so that no more are under way than
/// the client can hold.
pub(super) struct Flow {
    store: Arc<Shared>,
    consumer: String,
    /// Where the messages come to.
    inbox: String,
    messages: Subscriber,
    /// How many messages were asked for and have not come.
    open: u64,
    /// Whether the next message is larger than what is asked for at once.
    next_is_large: bool,
    statistics: Arc<Statistics>,
    /// Which connection of the client it is that the consumer was made on.
    connection: u64,
}

/// Asks a consumer for messages, those to come included. Durations are in nanoseconds.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Question {
    batch: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_bytes: Option<usize>,
    expires: u64,
    idle_heartbeat: u64,
}

/// What a message without a commit says.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    /// The server is there.
    Heartbeat,
    /// A question is answered as far as it will be; so many messages of it have not come.
    End(u64),
    /// The same, for the next message is larger than what is left of the bytes.
    Full(u64),
    /// The consumer answers no more.
    Trouble,
}

impl Flow {
    /// How long the server is silent at most.
    pub(super) const SILENCE: Duration = Duration::from_secs(2 * HEARTBEAT.as_secs());

    /// The messages after one.
    pub(super) async fn after(store: Arc<Shared>, last: u64) -> Result<Self, StoreError> {
        let silent = || store.unavailable("cannot be followed");
        let client: Client = store.context.client();
        let statistics = client.statistics();
        let connection = statistics.connects.load(Ordering::Relaxed);
        let inbox = client.new_inbox();
        let messages = client.subscribe(inbox.clone()).await;
        let messages = messages.map_err(|err| silent().because(err))?;
        let consumer = store.stream.create_consumer(config(last)).await;
        let consumer = consumer.map_err(|err| silent().because(err))?;
        Ok(Self {
            consumer: consumer.cached_info().name.clone(),
            store,
            inbox,
            messages,
            open: 0,
            next_is_large: false,
            statistics,
            connection,
        })
    }

    /// The next message. After an error there is none.
    pub(super) async fn next(&mut self) -> Result<Message, StoreError> {
        loop {
            if self.open < AHEAD {
                self.ask().await?;
            }
            let message = self.receive().await?;
            if message.status.is_none() {
                self.open = self.open.saturating_sub(1);
                return Ok(message);
            }
            match Word::of(&message) {
                Word::Heartbeat => {}
                Word::End(unanswered) => self.end(unanswered),
                Word::Full(unanswered) => {
                    self.end(unanswered);
                    self.next_is_large = unanswered == BATCH;
                }
                Word::Trouble => {
                    let said = message.description.unwrap_or_default();
                    let text = format!("cannot be followed any more: `{said}`");
                    return Err(self.store.unavailable(&text));
                }
            }
        }
    }

    async fn ask(&mut self) -> Result<(), StoreError> {
        let question = Question::of(self.next_is_large);
        let cut_off = || self.store.unavailable("could not be asked");
        let payload = serde_json::to_vec(&question).map_err(|err| cut_off().because(err))?;
        let to = format!(
            "CONSUMER.MSG.NEXT.{}.{}",
            self.store.names.stream(),
            self.consumer
        );
        let request = Request::new()
            .payload(payload.into())
            .inbox(self.inbox.clone());
        let sent = self.store.context.send_request(to, request).await;
        sent.map_err(|err| cut_off().because(err))?;
        self.open += question.batch;
        self.next_is_large = false;
        Ok(())
    }

    fn end(&mut self, unanswered: u64) {
        self.open = self.open.saturating_sub(unanswered);
    }

    /// What comes next, be it a message or a word of the server.
    async fn receive(&mut self) -> Result<Message, StoreError> {
        let cut_off = |store: &Shared| store.unavailable("cut the follower off");
        // No timer is needed for what is there already.
        if let Some(message) = self.messages.next().now_or_never() {
            return message.ok_or_else(|| cut_off(&self.store));
        }
        let since = Instant::now();
        loop {
            if let Ok(message) = timeout(LOOK, self.messages.next()).await {
                return message.ok_or_else(|| cut_off(&self.store));
            }
            let connection = self.statistics.connects.load(Ordering::Relaxed);
            if connection != self.connection || since.elapsed() > Self::SILENCE {
                return Err(cut_off(&self.store));
            }
        }
    }
}

impl Question {
    fn of(next_is_large: bool) -> Self {
        Self {
            batch: if next_is_large { 1 } else { BATCH },
            max_bytes: (!next_is_large).then_some(BYTES),
            expires: EXPIRY.as_secs() * 1_000_000_000,
            idle_heartbeat: HEARTBEAT.as_secs() * 1_000_000_000,
        }
    }
}

impl Word {
    fn of(message: &Message) -> Self {
        let said = message.description.as_deref().unwrap_or_default();
        let unanswered = message.headers.as_ref().and_then(|headers| {
            let value = headers.get_last(UNANSWERED)?;
            value.as_str().parse().ok()
        });
        let status = message.status.map(|status| status.as_u16());
        match (status, said, unanswered) {
            (Some(100), _, _) => Self::Heartbeat,
            (Some(404 | 408), _, unanswered) => Self::End(unanswered.unwrap_or(u64::MAX)),
            (Some(409), "Batch Completed", Some(unanswered)) => Self::End(unanswered),
            (Some(409), "Message Size Exceeds MaxBytes", Some(unanswered)) => {
                Self::Full(unanswered)
            }
            _ => Self::Trouble,
        }
    }
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

#[cfg(test)]
mod tests {
    use async_nats::{HeaderMap, StatusCode, Subject};
    use bytes::Bytes;

    use super::*;

    fn word(status: u16, said: &str, unanswered: Option<&str>) -> Word {
        let mut headers = HeaderMap::new();
        if let Some(unanswered) = unanswered {
            headers.insert(UNANSWERED, unanswered);
        }
        Word::of(&Message {
            subject: Subject::from_static("inbox"),
            reply: None,
            payload: Bytes::new(),
            headers: Some(headers),
            status: Some(StatusCode::from_u16(status).unwrap()),
            description: Some(said.to_owned()),
            length: 0,
        })
    }

    #[test]
    fn what_ends_a_question_says_how_much_of_it_was_not_answered() {
        assert_eq!(word(100, "Idle Heartbeat", None), Word::Heartbeat);
        assert_eq!(word(408, "Request Timeout", Some("7")), Word::End(7));
        assert_eq!(word(404, "No Messages", None), Word::End(u64::MAX));
        assert_eq!(word(409, "Batch Completed", Some("0")), Word::End(0));
        let full = "Message Size Exceeds MaxBytes";
        assert_eq!(word(409, full, Some("3")), Word::Full(3));
    }

    #[test]
    fn whatever_else_ends_the_consumer() {
        for (status, said) in [
            (409, "Consumer Deleted"),
            (409, "Leadership Change"),
            (503, ""),
        ] {
            assert_eq!(word(status, said, Some("3")), Word::Trouble, "{said}");
        }
    }

    #[test]
    fn a_large_message_is_asked_for_alone() {
        let json = |large| serde_json::to_string(&Question::of(large)).unwrap();
        assert_eq!(
            json(true),
            r#"{"batch":1,"expires":30000000000,"idle_heartbeat":5000000000}"#
        );
        assert!(json(false).starts_with(r#"{"batch":2048,"max_bytes":8388608,"#));
    }
}

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_nats::{
    Message, Statistics, Subject, Subscriber,
    jetstream::{
        ErrorCode,
        consumer::{AckPolicy, DeliverPolicy, push},
        stream::ConsumerErrorKind,
    },
};
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::{Instant, timeout};

use super::{denials::Denial, store::Shared};
use crate::{StoreError, StoreErrorKind};

/// How often the server says that it is there when there is nothing else to say. It does not say
/// when a consumer is gone.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long to wait before looking whether the connection is still the same.
const LOOK: Duration = Duration::from_millis(500);
/// How long a server keeps a consumer that nobody hears.
const FORGOTTEN: Duration = Duration::from_mins(1);
/// How long a server waits for an acknowledgement: no message is ever sent again, so it is as long
/// as anyone may read.
const UNACKNOWLEDGED: Duration = Duration::from_hours(24 * 365);

/// After how many heartbeats without what is expected something is wrong.
const PATIENT: u32 = 2;

/// The servers' word for a consumer that would have more messages under way than they allow.
const TOO_MANY_UNDER_WAY: ErrorCode = ErrorCode::CONSUMER_MAX_PENDING_ACK_EXCESS;

/// The header of a heartbeat that says how many messages were sent.
const SENT: &str = "Nats-Last-Consumer";
/// The header of a heartbeat that says where an answer is missing.
const STALLED: &str = "Nats-Consumer-Stalled";

/// The messages of a consumer that sends them as fast as they are read.
///
/// Two bounds keep what is under way from growing: the server sends so many messages beyond those
/// that are acknowledged, and so many bytes beyond what its flow control was answered for.
pub(super) struct Flow {
    consumer: String,
    messages: Subscriber,
    /// How many messages there were when it began.
    pending: u64,
    /// How many messages may be under way.
    ahead: u64,
    /// How many messages were given out, and how many of them are acknowledged.
    count: u64,
    acknowledged: u64,
    /// Where the last one is acknowledged to.
    last: Option<Subject>,
    /// Whether there are more to come, and how many heartbeats have come instead.
    expects_more: bool,
    quiet: u32,
    /// How long the server is silent at most.
    silence: Duration,
    statistics: Arc<Statistics>,
    /// Which connection of the client it is that the consumer was made on.
    connection: u64,
    /// How many denials there had been.
    denials: u64,
}

/// Which messages are to come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach<'a> {
    /// Those of this subject; of all if it is empty.
    pub(super) subject: &'a str,
    /// Those of this sequence and later.
    pub(super) from: u64,
    /// So many ahead of the reader.
    pub(super) ahead: u64,
    /// How long the server is silent at most.
    pub(super) silence: Duration,
}

/// What a message without a commit says.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    /// The server is there, has sent so many messages, and may wait for an answer.
    Heartbeat {
        sent: Option<u64>,
        stalled: Option<Subject>,
    },
    /// The server wants to know when what it sent before is read.
    Question(Subject),
    /// The consumer sends no more.
    Trouble,
}

impl Flow {
    /// How long the server is silent at most while there is nothing to send.
    pub(super) const SILENCE: Duration = Duration::from_secs(5 * HEARTBEAT.as_secs() / 2);

    /// The messages within reach, those to come included.
    pub(super) async fn open(store: &Shared, reach: Reach<'_>) -> Result<Self, StoreError> {
        let silent = || store.unavailable("cannot be read");
        let client = &store.client;
        let statistics = client.statistics();
        let connection = statistics.connects.load(Ordering::Relaxed);
        let denials = store.denials.count();
        let inbox = client.new_inbox();
        let messages = client.subscribe(inbox.clone()).await;
        let messages = messages.map_err(|err| silent().because(err))?;
        let consumer = store.stream.create_consumer(config(inbox, reach)).await;
        let consumer = consumer.map_err(|err| match err.kind() {
            kind if is_too_many(&kind) => too_many(reach.ahead).because(err),
            _ => silent().because(err),
        })?;
        let info = consumer.cached_info();
        Ok(Self {
            consumer: info.name.clone(),
            messages,
            pending: info.num_pending,
            ahead: reach.ahead,
            count: 0,
            acknowledged: 0,
            last: None,
            expects_more: info.num_pending > 0,
            quiet: 0,
            silence: reach.silence,
            statistics,
            connection,
            denials,
        })
    }

    /// The name of the consumer.
    pub(super) fn consumer(&self) -> &str {
        &self.consumer
    }

    /// How many messages there were when it began.
    pub(super) const fn pending(&self) -> u64 {
        self.pending
    }

    /// How many messages were given out.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// The next message. After an error there is none.
    pub(super) async fn next(&mut self, store: &Shared) -> Result<Message, StoreError> {
        loop {
            let message = self.receive(store).await?;
            if message.status.is_none() {
                self.count += 1;
                self.quiet = 0;
                self.last.clone_from(&message.reply);
                return Ok(message);
            }
            match Word::of(message) {
                Word::Question(to) => self.tell(store, to).await?,
                Word::Heartbeat { sent, stalled } => self.beat(store, sent, stalled).await?,
                Word::Trouble => return Err(store.unavailable("has no consumer any more")),
            }
        }
    }

    /// Notes how many messages are still to come, as the last one said.
    pub(super) const fn expect(&mut self, pending: u64) {
        self.expects_more = pending > 0;
    }

    async fn beat(
        &mut self,
        store: &Shared,
        sent: Option<u64>,
        stalled: Option<Subject>,
    ) -> Result<(), StoreError> {
        if sent.is_some_and(|sent| sent != self.count) {
            return Err(store.unavailable("was read with a gap: the client lost messages"));
        }
        self.quiet += 1;
        if self.expects_more && self.quiet > PATIENT {
            return Err(store.unavailable("sends nothing, though there is more"));
        }
        // What is read need not wait for more of it.
        self.acknowledge(store).await?;
        match stalled {
            Some(to) => self.tell(store, to).await,
            None => Ok(()),
        }
    }

    /// Whether it is time to acknowledge: before the server has to wait, and not for each message.
    pub(super) const fn is_due(&self) -> bool {
        self.count - self.acknowledged >= self.ahead / 4
    }

    /// Lets the server send more: so many messages as may be under way, beyond what was given out.
    pub(super) async fn acknowledge(&mut self, store: &Shared) -> Result<(), StoreError> {
        if let Some(to) = self.last.take() {
            self.tell(store, to).await?;
            self.acknowledged = self.count;
        }
        Ok(())
    }

    /// An empty message acknowledges, and answers flow control.
    async fn tell(&self, store: &Shared, to: Subject) -> Result<(), StoreError> {
        let told = store.client.publish(to, Bytes::new()).await;
        told.map_err(|err| {
            store
                .unavailable("could not be told what is read")
                .because(err)
        })
    }

    /// What comes next, be it a message or a word of the server.
    async fn receive(&mut self, store: &Shared) -> Result<Message, StoreError> {
        let cut_off = || store.unavailable("stopped sending");
        // No timer is needed for what is there already.
        if let Some(message) = self.messages.next().now_or_never() {
            return message.ok_or_else(cut_off);
        }
        let since = Instant::now();
        loop {
            if let Ok(message) = timeout(LOOK.min(self.silence), self.messages.next()).await {
                return message.ok_or_else(cut_off);
            }
            let denied = store.denials.since(self.denials, Denial::is_of_reading);
            if let Some(denial) = denied {
                return Err(denial.into());
            }
            let connection = self.statistics.connects.load(Ordering::Relaxed);
            if connection != self.connection || since.elapsed() >= self.silence {
                return Err(cut_off());
            }
        }
    }
}

impl Word {
    fn of(message: Message) -> Self {
        let header = |name| {
            let value = message.headers.as_ref()?.get_last(name)?;
            Some(value.as_str())
        };
        if message.status.is_none_or(|status| status.as_u16() != 100) {
            return Self::Trouble;
        }
        let (sent, stalled) = (header(SENT), header(STALLED).map(Subject::from));
        match message.reply {
            Some(reply) => Self::Question(reply),
            None => Self::Heartbeat {
                sent: sent.and_then(|it| it.parse().ok()),
                stalled,
            },
        }
    }
}

fn is_too_many(kind: &ConsumerErrorKind) -> bool {
    matches!(kind, ConsumerErrorKind::JetStream(err) if err.error_code() == TOO_MANY_UNDER_WAY)
}

fn too_many(ahead: u64) -> StoreError {
    let text = format!(
        "a consumer may not have {ahead} messages under way: the servers' `max_ack_pending` is \
         too small"
    );
    StoreError::new(StoreErrorKind::Misconfigured, text)
}

fn config(inbox: String, reach: Reach<'_>) -> push::Config {
    push::Config {
        deliver_subject: inbox,
        deliver_policy: DeliverPolicy::ByStartSequence {
            start_sequence: reach.from,
        },
        filter_subject: reach.subject.to_owned(),
        ack_policy: AckPolicy::All,
        ack_wait: UNACKNOWLEDGED,
        max_ack_pending: i64::try_from(reach.ahead).unwrap_or(i64::MAX),
        max_deliver: 1,
        flow_control: true,
        idle_heartbeat: HEARTBEAT,
        inactive_threshold: FORGOTTEN,
        memory_storage: true,
        num_replicas: 1,
        ..push::Config::default()
    }
}

#[cfg(test)]
mod tests {
    use async_nats::{HeaderMap, StatusCode};

    use super::*;

    fn word(status: u16, reply: Option<&str>, headers: &[(&str, &str)]) -> Word {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, *value);
        }
        Word::of(Message {
            subject: Subject::from_static("inbox"),
            reply: reply.map(Subject::from),
            payload: Bytes::new(),
            headers: Some(map),
            status: Some(StatusCode::from_u16(status).unwrap()),
            description: None,
            length: 0,
        })
    }

    #[test]
    fn a_heartbeat_says_how_many_messages_were_sent_and_what_is_waited_for() {
        let (sent, stalled) = (Some(7), Some(Subject::from_static("$JS.FC.a")));
        assert_eq!(
            word(100, None, &[(SENT, "7"), (STALLED, "$JS.FC.a")]),
            Word::Heartbeat { sent, stalled }
        );
        let nothing = Word::Heartbeat {
            sent: None,
            stalled: None,
        };
        assert_eq!(word(100, None, &[]), nothing);
    }

    #[test]
    fn what_is_to_be_answered_is_flow_control() {
        let question = Word::Question(Subject::from_static("$JS.FC.b"));
        assert_eq!(word(100, Some("$JS.FC.b"), &[]), question);
    }

    #[test]
    fn whatever_else_ends_the_consumer() {
        for status in [404, 408, 409, 503] {
            assert_eq!(word(status, Some("a"), &[]), Word::Trouble, "{status}");
        }
    }
}

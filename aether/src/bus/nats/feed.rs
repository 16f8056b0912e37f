use std::sync::Arc;

use async_nats::{Message, Subscriber};
use futures_util::StreamExt as _;
use tokio::{sync::OnceCell, task::JoinSet, time::Instant};

use super::{letter, peers::Peers, sequences::Sequences, subjects};
use crate::bus::{NamespacePattern, Told, hub::Hub, status::Counts};

/// What the server sends of some namespaces, and those here who want some of it. As long as there
/// is one of them, it lives.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) pattern: NamespacePattern,
    pub(super) hub: Arc<Hub>,
    /// Set once every server knows of the subscription.
    pub(super) is_live: OnceCell<()>,
    /// Ends when it is dropped.
    _reader: JoinSet<()>,
}

/// The task that reads.
struct Reader {
    hub: Arc<Hub>,
    counts: Arc<Counts>,
    peers: Arc<Peers>,
    /// When the subscription was made.
    since: Instant,
    sequences: Sequences,
}

impl Feed {
    pub(super) fn new(
        pattern: NamespacePattern,
        hub: Arc<Hub>,
        counts: Arc<Counts>,
        peers: Arc<Peers>,
        messages: Subscriber,
    ) -> Self {
        let reader = Reader {
            hub: Arc::clone(&hub),
            counts,
            peers,
            since: Instant::now(),
            sequences: Sequences::default(),
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(reader.run(messages));
        Self {
            pattern,
            hub,
            is_live: OnceCell::new(),
            _reader: tasks,
        }
    }
}

impl Reader {
    async fn run(mut self, mut messages: Subscriber) {
        while let Some(message) = messages.next().await {
            self.take(&message);
            // Whoever reads here must be able to run beside.
            tokio::task::consume_budget().await;
        }
        // The connection is closed for good.
        self.hub.close();
    }

    fn take(&mut self, message: &Message) {
        let subject = message.subject.as_str();
        let Some((node, _)) =
            subjects::source(subject).filter(|(node, _)| *node != self.peers.node())
        else {
            return;
        };
        let sequence = match letter::sequence(message) {
            Ok(sequence) => sequence,
            Err(err) => {
                tracing::warn!(subject, error = %err, "a foreign message on the bus");
                return;
            }
        };
        let is_notice = !message.payload.is_empty();
        let Some(arrival) = self.sequences.hear(subject, sequence, is_notice) else {
            return;
        };
        if arrival.begins_late && self.peers.was_unknown(node, self.since) {
            tracing::warn!(node, namespace = %arrival.namespace, "was cut off from here");
            self.hub.say(&Told::Disconnected);
            self.hub.say(&Told::Reconnected);
        }
        if arrival.missed > 0 {
            tracing::warn!(node, namespace = %arrival.namespace, missed = arrival.missed, "lost");
            self.lose(&arrival.namespace, arrival.missed);
        }
        if !arrival.is_new {
            return;
        }
        match letter::read(message, &arrival.namespace) {
            Ok(Some(notice)) => {
                self.hub.deliver(&Arc::new(notice));
                Counts::add(&self.counts.received, 1);
            }
            Ok(None) => {}
            Err(err) => {
                tracing::warn!(subject, error = %err, "a notice cannot be read");
                self.lose(&arrival.namespace, 1);
            }
        }
    }

    fn lose(&self, namespace: &crate::Namespace, count: u64) {
        self.counts.lost.add(count);
        self.hub.miss(namespace, count);
    }
}

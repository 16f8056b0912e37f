use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Mutex, Notify, watch},
    time::{sleep, timeout},
};

use super::{link::Link, names::Names};

/// Finds out whether the shard table that a node goes by is the present one.
///
/// A node that was frozen does not know that its shards are another's by now. What it stores is
/// refused by the server; what it says without storing anything, nobody refuses.
///
/// Clones share the questions: whoever comes while one is under way waits for the next one, which is
/// for all who have come by then.
#[derive(Debug, Clone)]
pub(super) struct Confirming(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    link: Arc<Link>,
    /// The revision of the table that the node goes by, once it does in full.
    gone_by: watch::Receiver<u64>,
    /// The node reads the table anew.
    look: Arc<Notify>,
    /// How many questions were begun.
    begun: AtomicU64,
    /// The last question that was answered.
    answered: Mutex<Answered>,
}

#[derive(Debug, Default)]
struct Answered {
    number: u64,
    is_present: bool,
}

/// How long there is to answer, and for the node to go by a table that it has not heard of.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long after a question that could not be asked another one is.
const PAUSE: Duration = Duration::from_millis(50);

impl Confirming {
    pub(super) fn new(link: Arc<Link>, gone_by: watch::Receiver<u64>, look: Arc<Notify>) -> Self {
        Self(Arc::new(Inner {
            link,
            gone_by,
            look,
            begun: AtomicU64::new(0),
            answered: Mutex::default(),
        }))
    }

    /// Whether it is certain that the node goes by a table than which there was no later one at some
    /// moment from now on. It is not, if nobody can be asked.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub(super) async fn is_present(&self) -> bool {
        let inner = &self.0;
        let before = inner.begun.load(Ordering::Acquire);
        let mut answered = inner.answered.lock().await;
        if answered.number <= before {
            let number = inner.begun.fetch_add(1, Ordering::AcqRel) + 1;
            let is_present = inner.ask().await;
            *answered = Answered { number, is_present };
        }
        answered.is_present
    }
}

impl Inner {
    async fn ask(&self) -> bool {
        timeout(PATIENCE, self.insist()).await.unwrap_or(false)
    }

    /// Asks until there is an answer: whoever is told no at once asks again at once.
    async fn insist(&self) -> bool {
        loop {
            let known = *self.gone_by.borrow();
            match self.link.bucket.later(Names::MAP, known).await {
                Ok(None) => return true,
                Ok(Some(later)) => {
                    self.look.notify_one();
                    let mut gone_by = self.gone_by.clone();
                    let heard = gone_by.wait_for(|revision| *revision >= later);
                    return heard.await.is_ok();
                }
                Err(error) => {
                    tracing::debug!(%error, "it cannot be had whether there is a later shard table");
                    sleep(PAUSE).await;
                }
            }
        }
    }
}

#[cfg(test)]
#[cfg(feature = "simulation")]
mod tests {
    use std::pin::pin;

    use tokio::time::Instant;

    use super::*;
    use crate::{
        cluster::{
            NodeId, Shard, ShardCount,
            nats::{
                AskReply, BegunShard, ClusterManager, ClusterOptions, ReceivedAsk, ShardHandler,
            },
        },
        simulation::nats::{LineId, LineMishap, NatsDouble},
    };

    struct Nothing;

    impl ShardHandler for Nothing {
        fn begin(&self, _begun: BegunShard) {}

        fn end(&self, _shard: Shard) {}

        async fn handle(&self, ask: ReceivedAsk) -> AskReply {
            AskReply::Ok(ask.payload)
        }
    }

    async fn node(double: &NatsDouble, name: &str) -> (ClusterManager, LineId) {
        let connection = double.connect();
        let line = connection.line();
        let shards = ShardCount::new(16).unwrap();
        let options = ClusterOptions::new("c").shards(shards).over(connection);
        let name = NodeId::new(name).unwrap();
        let manager = options.join("", name, Nothing).await.unwrap();
        assert!(manager.ready().await);
        (manager, line)
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_certain_only_once_the_node_goes_by_the_later_table() {
        let double = NatsDouble::new(1, 3);
        let (node, _line) = node(&double, "a").await;
        assert!(node.goes_by_present_table().await);
        let (goes_by, gone_by) = watch::channel(0);
        let confirming = node.client().confirming(gone_by);
        let mut later = pin!(confirming.is_present());
        let none_yet = timeout(Duration::from_secs(1), &mut later).await;
        assert!(none_yet.is_err(), "{none_yet:?}");
        // It hears of one that is not the latest yet, then of one that is later than all.
        goes_by.send_replace(1);
        let none_yet = timeout(Duration::from_millis(500), &mut later).await;
        assert!(none_yet.is_err(), "{none_yet:?}");
        goes_by.send_replace(u64::MAX - 1);
        assert!(later.await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_that_does_not_hear_of_the_later_table_is_not_certain() {
        let double = NatsDouble::new(1, 3);
        let (node, _line) = node(&double, "a").await;
        let (_goes_by, gone_by) = watch::channel(0);
        let confirming = node.client().confirming(gone_by);
        assert!(!confirming.is_present().await);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_certain_while_nobody_can_be_asked() {
        let double = NatsDouble::new(1, 3);
        let (node, line) = node(&double, "a").await;
        double.outage("KV_AE_c", Duration::from_secs(20));
        let begun = Instant::now();
        assert!(!node.goes_by_present_table().await);
        assert!(begun.elapsed() < Duration::from_secs(5));
        sleep(Duration::from_secs(20)).await;
        assert!(node.goes_by_present_table().await);
        double.befall(line, LineMishap::Hold);
        assert!(!node.goes_by_present_table().await);
    }
}

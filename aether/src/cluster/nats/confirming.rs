use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Mutex, Notify, watch},
    time::timeout,
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

/// How long a node has to go by a table that it has not heard of.
const PATIENCE: Duration = Duration::from_secs(2);

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
        let known = *self.gone_by.borrow();
        match self.link.bucket.later(Names::MAP, known).await {
            Ok(None) => true,
            Ok(Some(later)) => {
                self.look.notify_one();
                let mut gone_by = self.gone_by.clone();
                let heard = gone_by.wait_for(|revision| *revision >= later);
                matches!(timeout(PATIENCE, heard).await, Ok(Ok(_)))
            }
            Err(error) => {
                tracing::debug!(%error, "it cannot be had whether the shard table is the present one");
                false
            }
        }
    }
}

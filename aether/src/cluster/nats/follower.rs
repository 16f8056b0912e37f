use std::{
    future::{Future, pending},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};

use super::{
    ClusterError, ClusterErrorKind,
    link::{self, Link},
    names::Names,
    tasks::Tasks,
    wire::Inbox,
};
use crate::cluster::{ShardTable, StoredTable};

/// The shard table as it is known in a process.
pub(super) type Tables = watch::Receiver<Option<Arc<ShardTable>>>;

/// Keeps the table for a client that is no node: from notices, and from the bucket in case that one
/// was missed.
pub(super) struct Follower {
    link: Arc<Link>,
    notices: Inbox,
    look: Arc<Notify>,
    every: Duration,
    revision: u64,
    told: watch::Sender<Option<Arc<ShardTable>>>,
}

/// The table that is being read. Notices are heard meanwhile.
type Reading = Pin<Box<dyn Future<Output = Result<Option<StoredTable>, ClusterError>> + Send>>;

impl Follower {
    pub(super) async fn start(
        link: Arc<Link>,
        look: Arc<Notify>,
        every: Duration,
    ) -> Result<(Tasks, Tables), ClusterError> {
        let notices = subscribe(&link, link.names.notices()).await?;
        let (told, tables) = watch::channel(None);
        let mut follower = Self {
            notices,
            look,
            every,
            revision: 0,
            told,
            link,
        };
        let link = Arc::clone(&follower.link);
        let stored = link.patiently(|| link.table()).await?;
        follower.learn(stored);
        Ok((Tasks::of(follower.run()), tables))
    }

    async fn run(mut self) {
        let mut connection = self.link.connection.clone();
        let mut look_at = Instant::now() + self.every;
        let mut reading = None;
        loop {
            let is_idle = reading.is_none();
            tokio::select! {
                biased;
                message = self.notices.next() => {
                    let Some(message) = message else { return };
                    if let Some((Names::MAP, found)) = link::noticed(&self.link.names, &message) {
                        self.learn(link::table_of(&found));
                    }
                    continue;
                }
                stored = read(&mut reading) => {
                    reading = None;
                    match stored {
                        Ok(stored) => self.learn(stored),
                        Err(error) => tracing::debug!(%error, "the shard table cannot be had now"),
                    }
                    continue;
                }
                // What was asked before is no answer to these.
                changed = connection.changed(), if is_idle => {
                    if changed.is_err() {
                        return;
                    }
                }
                () = self.look.notified(), if is_idle => {}
                () = sleep_until(look_at), if is_idle => {}
            }
            look_at = Instant::now() + self.every;
            let link = Arc::clone(&self.link);
            reading = Some(Box::pin(async move { link.table().await }) as Reading);
        }
    }

    /// Goes by what is stored, unless that is nothing, or older than what is known.
    fn learn(&mut self, stored: Option<StoredTable>) {
        if let Some(stored) = stored.filter(|it| it.revision > self.revision) {
            self.revision = stored.revision;
            tracing::debug!(epoch = stored.table.epoch().0, "a client goes by a table");
            self.told.send_replace(Some(Arc::new(stored.table)));
        }
    }
}

/// What is read, once it is; never, if nothing is.
async fn read(reading: &mut Option<Reading>) -> Result<Option<StoredTable>, ClusterError> {
    match reading {
        Some(reading) => reading.await,
        None => pending().await,
    }
}

pub(super) async fn subscribe(link: &Link, subject: String) -> Result<Inbox, ClusterError> {
    let subscribed = link.client.subscribe(subject).await;
    subscribed.map_err(|err| {
        let text = "the cluster's subjects cannot be subscribed to";
        ClusterError::new(ClusterErrorKind::Unavailable, text).because(err)
    })
}

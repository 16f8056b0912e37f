use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, broadcast, mpsc, watch},
    time::timeout,
};

use super::{
    ClusterClient, ClusterError, ClusterErrorKind, ClusterEvents, ClusterOptions, ShardHandler,
    confirming::Confirming,
    desk::{Attendance, Desk},
    driver::{Driver, Life, Shared},
    letter::Letter,
    link::Link,
    meters::Meters,
    tasks::Tasks,
    tenures::Tenures,
};
use crate::cluster::{Availability, ClusterEvent, Epoch, NodeId, NodeInput, NodeProcess};

/// A node of a cluster: it has shards, and answers what their actors are asked.
///
/// When it is dropped, it is gone at once, as after a crash: the others give its shards away, and
/// what it was doing may be stored or not. To go without anyone noticing, [`leave`](Self::leave).
pub struct ClusterManager {
    client: ClusterClient,
    orders: mpsc::UnboundedSender<NodeInput<Letter>>,
    /// Nothing is ever read from it.
    events: broadcast::Receiver<ClusterEvent>,
    status: watch::Receiver<ClusterStatus>,
    confirming: Confirming,
    budget: Duration,
    /// Ends when it is dropped.
    task: Mutex<Tasks>,
}

/// What a node knows of its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClusterStatus {
    /// Which process the node is at present.
    pub process: NodeProcess,
    /// Who leads, as far as is known.
    pub leader: Option<NodeProcess>,
    /// Which processes are there, this one too.
    pub members: Vec<NodeProcess>,
    /// The epoch of the table.
    pub epoch: Epoch,
    /// How many shards the node has.
    pub shards: usize,
    /// What the node offers: to take its share, to keep what it has, or to give it away.
    pub availability: Availability,
    /// Whether the node was told to give its shards away, and has.
    pub is_drained: bool,
}

/// How many events are kept for whoever is slow.
const EVENTS: usize = 1_024;
/// How long a node has that leaves whatever it still has.
const HASTE: Duration = Duration::from_secs(2);

impl ClusterManager {
    pub(super) async fn join(
        options: ClusterOptions,
        link: Arc<Link>,
        node: NodeId,
        handler: impl ShardHandler,
    ) -> Result<Self, ClusterError> {
        let wanted = options.settings.shards;
        if let Some(stored) = link.patiently(|| link.table()).await?
            && stored.table.count() != wanted
        {
            let (found, wanted) = (stored.table.count().get(), wanted.get());
            let text = format!("the cluster has {found} shards, for its whole life, not {wanted}");
            return Err(ClusterError::new(ClusterErrorKind::Misconfigured, text));
        }
        let meters = Meters::new();
        let how = (Arc::clone(&meters.asks), options.in_flight);
        let desk = Desk::new(handler, link.client.clone(), Tenures::new(wanted), how);
        let attendance = Attendance::of(desk);
        let begin = || Life::begin(&link, &node, &options.settings, &attendance);
        let life = link.patiently(begin).await?;
        let (orders, ordered) = mpsc::unbounded_channel();
        let (tables, known) = watch::channel(None);
        let (goes_by, gone_by) = watch::channel(0);
        let look = Arc::new(Notify::new());
        let (happened, events) = broadcast::channel(EVENTS);
        let (told, status) = watch::channel(ClusterStatus::of(life.process()));
        let shared = Shared {
            orders: ordered,
            tables,
            gone_by: goes_by,
            look: Arc::clone(&look),
            events: happened,
            status: told,
        };
        let client =
            ClusterClient::over(&options, Arc::clone(&link), known, look, Tasks::default());
        let confirming = client.confirming(gone_by);
        let settings = options.settings.clone();
        let driver = Driver::new(link, life, settings, (attendance, meters), shared).await?;
        Ok(Self {
            client,
            orders,
            events,
            status,
            confirming,
            budget: options.budget,
            task: Mutex::new(Tasks::of(driver.run())),
        })
    }

    /// Asks actors, over the connection of the node.
    pub fn client(&self) -> &ClusterClient {
        &self.client
    }

    #[cfg(feature = "runtime")]
    pub(super) fn confirming(&self) -> Confirming {
        self.confirming.clone()
    }

    /// Whether it is certain that the node goes by the present shard table, or did at some moment
    /// since this was asked; it is not, if nobody can be asked.
    ///
    /// A node that was frozen, or cut off, may have lost its shards and not know it yet. What it
    /// stores then is refused by the server that it stores to; before it says something that is not
    /// stored, and holds only as long as nobody else has the shard, its handler asks this, and then
    /// whether the shard has [ended](super::ShardHandler::end). It is one question to the leader of
    /// the cluster's bucket, for all who have come by then.
    ///
    /// The word of that leader is taken: one of three servers that was cut off from the two others
    /// takes itself for the leader for some seconds more, and knows of no later table.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn goes_by_present_table(&self) -> bool {
        self.confirming.is_present().await
    }

    /// What the node knows of its cluster.
    pub fn status(&self) -> ClusterStatus {
        self.status.borrow().clone()
    }

    /// What happens in the cluster from now on, as the node sees it.
    pub fn events(&self) -> ClusterEvents {
        ClusterEvents::of(self.events.resubscribe())
    }

    /// Waits until the node knows where every actor is; false, if it left before.
    ///
    /// Whether it has shards itself already is another matter: it gets its share a few seconds
    /// after it has come, without anyone having to wait.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn ready(&self) -> bool {
        self.client.ready().await
    }

    /// Lets the node keep its shards and get no more; or take its share again, also if it was
    /// drained.
    pub fn cordon(&self, is_cordoned: bool) {
        let availability = if is_cordoned {
            Availability::Cordoned
        } else {
            Availability::Active
        };
        self.order(NodeInput::Instructed(availability));
    }

    /// Gives all shards of the node away, and waits until that is done; false, if it left before.
    /// If there is no other node, there is nobody to take them, and nothing happens. The node stays
    /// without shards until it is [uncordoned](Self::cordon).
    ///
    /// # Cancel safety
    /// If the future is dropped, the node goes on to give them away.
    pub async fn drain(&self) -> bool {
        self.order(NodeInput::Instructed(Availability::Draining));
        let mut status = self.status.clone();
        status.wait_for(|it| it.is_drained).await.is_ok()
    }

    /// Leaves the cluster: gives the shards away, each when it has finished what it has begun,
    /// then the lease if the node leads, tells the others, and returns when all that is done, or
    /// when its [time](ClusterOptions::leave_within) is over.
    ///
    /// # Cancel safety
    /// If the future is dropped, the node goes on to leave.
    pub async fn leave(&self) {
        self.order(NodeInput::Leave);
        if timeout(self.budget, self.ended()).await.is_ok() {
            return;
        }
        tracing::warn!("a node leaves the cluster with shards that nobody has taken in time");
        self.order(NodeInput::LeaveNow);
        if timeout(HASTE, self.ended()).await.is_err() {
            let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
            task.abort_all();
        }
    }

    fn order(&self, order: NodeInput<Letter>) {
        // A node that has left takes no orders.
        drop(self.orders.send(order));
    }

    async fn ended(&self) {
        let mut status = self.status.clone();
        while status.changed().await.is_ok() {}
    }
}

impl ClusterStatus {
    fn of(process: &NodeProcess) -> Self {
        Self {
            process: process.clone(),
            leader: None,
            members: Vec::new(),
            epoch: Epoch::default(),
            shards: 0,
            availability: Availability::Active,
            is_drained: false,
        }
    }
}

impl fmt::Debug for ClusterManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterManager")
            .field("status", &self.status.borrow())
            .finish_non_exhaustive()
    }
}

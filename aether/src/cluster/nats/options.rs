use std::{num::NonZeroU32, sync::Arc, time::Duration};

use async_nats::ConnectOptions;
use tokio::sync::watch;

#[cfg(feature = "simulation")]
use super::doubled;
use super::{
    ClusterClient, ClusterError, ClusterManager, ClusterObserver, ShardHandler,
    bucket::{Bucket, Making},
    link::{self, Connection, Link, connect},
    names::Names,
    wire::Wire,
};
use crate::cluster::{NodeId, NodeSettings, ShardCount};
#[cfg(feature = "simulation")]
use crate::simulation::nats::NatsConnection;
#[cfg(feature = "runtime")]
use crate::{
    cluster::nats::{
        actors::{Actors, Placed},
        recent::Recent,
        tenures::Tenures,
    },
    runtime::Aether,
};

/// How a cluster is joined, or asked.
///
/// ```no_run
/// use aether::cluster::{NodeId, nats::{ClusterOptions, ShardHandler}};
///
/// # async fn run(handler: impl ShardHandler) -> Result<(), Box<dyn std::error::Error>> {
/// let options = ClusterOptions::new("shop").replicas(3);
/// let node = options.join("nats://127.0.0.1:4222", NodeId::new("node-1")?, handler).await?;
/// node.ready().await;
/// // .. until SIGTERM:
/// node.leave().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    pub(super) cluster: Arc<str>,
    pub(super) settings: NodeSettings,
    pub(super) replicas: usize,
    pub(super) in_flight: usize,
    pub(super) budget: Duration,
    connect: Option<ConnectOptionsFn>,
    #[cfg(feature = "simulation")]
    double: Option<NatsConnection>,
}

#[cfg(feature = "runtime")]
fn placed_before() -> ClusterError {
    let text = "the runtime is in a cluster already";
    ClusterError::new(super::ClusterErrorKind::Misconfigured, text)
}

/// The client's options cannot be cloned, so they are made anew for each connection.
#[derive(Clone)]
struct ConnectOptionsFn(Arc<dyn Fn() -> ConnectOptions + Send + Sync>);

impl std::fmt::Debug for ConnectOptionsFn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ConnectOptionsFn")
    }
}

impl ClusterOptions {
    /// The cluster of this name: one replica of what it writes down, 4,096 asks at a time on a node
    /// and of a client, 30 seconds to leave, and what [`NodeSettings`] say.
    pub fn new(cluster: impl Into<Arc<str>>) -> Self {
        Self {
            cluster: cluster.into(),
            settings: NodeSettings::default(),
            replicas: 1,
            in_flight: 4_096,
            budget: Duration::from_secs(30),
            connect: None,
            #[cfg(feature = "simulation")]
            double: None,
        }
    }

    /// Keeps what the cluster writes down on this many servers: 1, 3 or 5.
    #[must_use]
    pub const fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// Splits the cluster's actors in so many shards, for its whole life.
    #[must_use]
    pub const fn shards(mut self, shards: ShardCount) -> Self {
        self.settings.shards = shards;
        self
    }

    /// Gives the node a share of this weight, in proportion to those of the others.
    #[must_use]
    pub const fn weight(mut self, weight: NonZeroU32) -> Self {
        self.settings.weight = weight;
        self
    }

    /// Says which version of the program this is. As long as nodes run different ones, nothing
    /// moves for balance.
    #[must_use]
    pub fn version(mut self, version: impl Into<Arc<str>>) -> Self {
        self.settings.version = version.into();
        self
    }

    /// Takes these times and limits, with the version, the weight and the shards that they name.
    #[must_use]
    pub fn settings(mut self, settings: NodeSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Has at most so many asks under way at a time: those that a node carries out, and those that
    /// a client waits for.
    #[must_use]
    pub const fn in_flight(mut self, in_flight: usize) -> Self {
        self.in_flight = in_flight;
        self
    }

    /// Gives a node that leaves so much time to give its shards away.
    #[must_use]
    pub const fn leave_within(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// Connects with these options of the NATS client, made anew for each connection; their
    /// callback for events is replaced.
    #[must_use]
    pub fn connecting(
        mut self,
        options: impl Fn() -> ConnectOptions + Send + Sync + 'static,
    ) -> Self {
        self.connect = Some(ConnectOptionsFn(Arc::new(options)));
        self
    }

    /// Is over this connection, to servers in this process: no `url` says anything then.
    #[cfg(feature = "simulation")]
    #[must_use]
    pub fn over(mut self, connection: NatsConnection) -> Self {
        self.double = Some(connection);
        self
    }

    /// The stream that is its bucket.
    #[cfg(feature = "simulation")]
    pub(crate) fn stream(&self) -> String {
        Names::of(&self.cluster).stream()
    }

    /// Joins the cluster as this node, and makes the cluster if there is none. There may be several
    /// servers in `url`, separated by commas.
    ///
    /// # Errors
    /// - `Unavailable`: no server answers, or `JetStream` does not.
    /// - `NotPermitted`: the servers do not permit what a node does.
    /// - `Misconfigured`: `url` is none, the credentials are not taken, the bucket has settings by
    ///   which a cluster would lose something, or the cluster has another number of shards.
    /// - `Corrupt`: what the cluster wrote down cannot be read.
    ///
    /// # Panics
    /// If it is not called within a tokio runtime.
    ///
    /// # Cancel safety
    /// Cancel safe: the node has not joined then.
    pub async fn join(
        self,
        url: &str,
        node: NodeId,
        handler: impl ShardHandler,
    ) -> Result<ClusterManager, ClusterError> {
        let link = self.link(url, true).await?;
        let connection = link.connection.clone();
        let joined = ClusterManager::join(self, link, node, handler).await;
        joined.map_err(|err| link::explained(err, &connection))
    }

    /// Joins the cluster as a node whose actors are those of a runtime: from now on, `aether.send`
    /// has each command carried out by the node that has its actor, and this node carries out those
    /// for the actors of its shards, whoever sends them. So do policies and process managers.
    ///
    /// A command that may have come to a node is sent again, if that node dies; its
    /// [mark](crate::session) shows that it was carried out before. What a handler refuses in another
    /// process comes back as a [`RemoteRefusal`](crate::runtime::RemoteRefusal). Commands travel as
    /// they were written, personal fields too: the servers have to be trusted, or encrypt.
    ///
    /// What follows from events is for one node each: a policy, an adapter, a process manager with
    /// its deadlines, what the commits of an aggregate ask for, and all other timers together go to
    /// the node that has the shard of their name, and on to another one with it. The others say
    /// [`Elsewhere`](crate::runtime::FollowerState::Elsewhere). So all nodes run the same contexts
    /// and adapters; what a new version has in addition begins when its shard has come to a node of
    /// that version. While a shard moves, an external system may be told of something twice, under
    /// the same idempotency key. Projections are read wherever they are, so every node has all of
    /// them.
    ///
    /// A process that was frozen may decide once more, when it thaws, for an actor that another
    /// has by then; what it decides is stored only if the other one has decided nothing yet: see
    /// [what a frozen node cannot do](crate::cluster::nats#what-a-frozen-node-cannot-do).
    ///
    /// # Errors
    /// As for [`join`](Self::join); and `Misconfigured`, if the runtime is in a cluster already.
    ///
    /// # Panics
    /// If it is not called within a tokio runtime.
    ///
    /// # Cancel safety
    /// Cancel safe: the node has not joined then.
    #[cfg(feature = "runtime")]
    pub async fn join_with(
        self,
        url: &str,
        node: NodeId,
        aether: &Aether,
    ) -> Result<ClusterManager, ClusterError> {
        if aether.is_placed() {
            return Err(placed_before());
        }
        let count = self.settings.shards;
        let tenures = Tenures::new(count);
        #[cfg(feature = "simulation")]
        let tenures = tenures.over(self.double.as_ref());
        let recent = Recent::new(count);
        let actors = Actors::new(aether.clone(), tenures.clone(), recent.clone());
        let manager = self.join(url, node, actors).await?;
        let process = manager.status().process;
        let client = manager.client().clone();
        let here = (tenures, recent, manager.confirming());
        let placed = Placed::on(&process, here, client, count);
        if aether.place(Arc::new(placed)) {
            Ok(manager)
        } else {
            Err(placed_before())
        }
    }

    /// Has the commands of a runtime carried out by the nodes of the cluster, from a process that
    /// is none: see [`join_with`](Self::join_with). What follows from events is for the nodes too.
    ///
    /// # Errors
    /// As for [`client`](Self::client); and `Misconfigured`, if the runtime is in a cluster
    /// already.
    ///
    /// # Panics
    /// If it is not called within a tokio runtime.
    ///
    /// # Cancel safety
    /// Cancel safe: the runtime is as it was then.
    #[cfg(feature = "runtime")]
    pub async fn client_with(
        self,
        url: &str,
        aether: &Aether,
    ) -> Result<ClusterClient, ClusterError> {
        let count = self.settings.shards;
        let client = self.client(url).await?;
        let placed = Placed::outside(client.clone(), count);
        if aether.place(Arc::new(placed)) {
            Ok(client)
        } else {
            Err(placed_before())
        }
    }

    /// A client of the cluster, which has no shards itself.
    ///
    /// # Errors
    /// As for [`join`](Self::join); and `Missing`, if there is no such cluster.
    ///
    /// # Panics
    /// If it is not called within a tokio runtime.
    ///
    /// # Cancel safety
    /// Cancel safe: there is no client then.
    pub async fn client(self, url: &str) -> Result<ClusterClient, ClusterError> {
        let link = self.link(url, false).await?;
        let connection = link.connection.clone();
        let client = ClusterClient::follow(&self, link).await;
        client.map_err(|err| link::explained(err, &connection))
    }

    /// Looks at the cluster, and gives its leader orders, from outside. Nothing is written, and the
    /// nodes do not notice.
    ///
    /// # Errors
    /// As for [`client`](Self::client).
    ///
    /// # Panics
    /// If it is not called within a tokio runtime.
    ///
    /// # Cancel safety
    /// Cancel safe: there is no observer then.
    pub async fn observe(self, url: &str) -> Result<ClusterObserver, ClusterError> {
        let link = self.link(url, false).await?;
        let connection = link.connection.clone();
        let observer = ClusterObserver::start(&self, link).await;
        observer.map_err(|err| link::explained(err, &connection))
    }

    pub(super) async fn link(&self, url: &str, is_wanted: bool) -> Result<Arc<Link>, ClusterError> {
        let (client, connection) = self.wire(url).await?;
        let link = self.link_over(client, &connection, is_wanted).await;
        let link = link.map_err(|err| link::explained(err, &connection))?;
        Ok(Arc::new(link))
    }

    async fn wire(&self, url: &str) -> Result<(Wire, watch::Receiver<Connection>), ClusterError> {
        #[cfg(feature = "simulation")]
        if let Some(double) = &self.double {
            return Ok((Wire::Double(double.clone()), doubled::hear(double)));
        }
        let options = self.connect.as_ref().map(|it| (it.0)());
        let (client, connection) = connect(options.unwrap_or_default(), url).await?;
        Ok((Wire::Nats(client), connection))
    }

    async fn link_over(
        &self,
        client: Wire,
        connection: &watch::Receiver<Connection>,
        is_wanted: bool,
    ) -> Result<Link, ClusterError> {
        let names = Names::of(&self.cluster);
        let making = Making {
            is_wanted,
            replicas: self.replicas,
        };
        let attempt = self.settings.lease.answer_within();
        let open = || Bucket::open(client.clone(), &names, attempt, making);
        let bucket = link::patiently(connection, open).await?;
        Ok(Link {
            client,
            names,
            bucket,
            connection: connection.clone(),
        })
    }
}

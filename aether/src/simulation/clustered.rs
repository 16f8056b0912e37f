//! Nodes that share their actors, as a cluster over NATS servers in this process.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::{
    Defect, Dice, Faults,
    checks::Broken,
    executor::Place,
    nats::{LineId, LineMishap, NatsConnection, NatsDouble, NatsFaults, ServerMishap},
    sightings::Sightings,
};
use crate::{
    Aether,
    cluster::{
        Epoch, NodeId, NodeProcess, ShardTable,
        nats::{ClusterClient, ClusterError, ClusterManager, ClusterOptions},
    },
};

/// The cluster that the nodes of a simulation are, and the servers below it.
#[derive(Clone)]
pub(super) struct Clustered {
    options: ClusterOptions,
    double: NatsDouble,
    seen: Arc<Mutex<Sightings>>,
}

/// A node as it is in the cluster.
#[derive(Clone)]
pub(super) struct Member {
    manager: Arc<ClusterManager>,
}

/// How many servers there are.
const SERVERS: usize = 3;
/// How long it may take, once nothing goes wrong any more, until each shard is with a node that is
/// there.
const HEALING: Duration = Duration::from_secs(2);
/// How long it may take from there until each node has its share.
const REST: Duration = Duration::from_secs(40);
/// How often it is looked.
const LOOK: Duration = Duration::from_millis(20);

impl Clustered {
    pub(super) fn new(options: &ClusterOptions, defects: &[Defect], dice: Dice) -> Self {
        let defects = defects.iter().copied().collect();
        Self {
            options: options.clone().replicas(SERVERS),
            double: NatsDouble::with(dice, SERVERS, defects),
            seen: Arc::default(),
        }
    }

    /// A connection for a node that is about to start.
    pub(super) fn connect(&self) -> NatsConnection {
        self.double.connect()
    }

    /// Has a node join.
    pub(super) async fn join(
        self,
        number: usize,
        connection: NatsConnection,
        aether: Aether,
    ) -> Result<Member, ClusterError> {
        let options = self.options.over(connection);
        let manager = options.join_with("", named(number), &aether).await?;
        let watching = watch(
            Arc::clone(&self.seen),
            manager.client().clone(),
            manager.status().process.to_string(),
        );
        Place::around(watching);
        Ok(Member {
            manager: Arc::new(manager),
        })
    }

    /// A node is gone, whoever still has something of it.
    pub(super) fn leave(&self, line: LineId) {
        self.double.close(line);
    }

    pub(super) fn set_faults(&self, faults: &Faults) {
        let faults = NatsFaults::none()
            .delay(faults.delay)
            .slow(faults.slow)
            .lost_acks(faults.lost)
            .stale(faults.stale);
        self.double.set_faults(faults);
    }

    pub(super) fn heal(&self) {
        self.double.heal();
    }

    /// Nothing passes between a node and the servers for so long; or its connection breaks, or it
    /// is not told of the table.
    pub(super) fn cut(&self, line: LineId, duration: Duration, dice: &mut Dice) -> &'static str {
        match dice.below(3) {
            0 => {
                self.double.befall(line, LineMishap::Cut);
                "loses its connection to the cluster"
            }
            1 => {
                self.double.befall(line, LineMishap::Blind(duration));
                "is not told of the shard table"
            }
            _ => {
                self.double.befall(line, LineMishap::Hold);
                let double = self.double.clone();
                Place::around(async move {
                    sleep(duration).await;
                    double.befall(line, LineMishap::Release);
                });
                "is cut off from the cluster"
            }
        }
    }

    /// One of the servers dies or stands still for so long.
    pub(super) fn outage(&self, duration: Duration, dice: &mut Dice) -> &'static str {
        let server = dice.index(SERVERS);
        let (begins, ends, what) = if dice.percent(50) {
            (ServerMishap::Kill, ServerMishap::Start, "a server dies")
        } else {
            (
                ServerMishap::Freeze,
                ServerMishap::Thaw,
                "a server stands still",
            )
        };
        self.double.befall_server(server, begins);
        let double = self.double.clone();
        Place::around(async move {
            sleep(duration).await;
            double.befall_server(server, ends);
        });
        what
    }

    /// Waits until each shard is with a node that is there, and then until all nodes know the same
    /// table and nothing moves; how long the former took, from when there were leaders of streams.
    pub(super) async fn settled(&self, members: &[Member]) -> Result<Duration, Broken> {
        let stream = self.options.stream();
        while self.double.leader(&stream).is_none() {
            sleep(LOOK).await;
        }
        let owned = self.comes_to_be("every shard has its node", HEALING, || is_owned(members));
        let took = owned.await?;
        let at_rest = self.comes_to_be("shards come to rest", REST, || is_whole(members));
        at_rest.await?;
        Ok(took)
    }

    /// Waits until something is so; how long that took.
    async fn comes_to_be(
        &self,
        what: &str,
        within: Duration,
        is_so: impl Fn() -> Result<(), String>,
    ) -> Result<Duration, Broken> {
        let since = Instant::now();
        loop {
            let broken = self.seen().broken();
            if let Some(broken) = broken {
                return Err(broken);
            }
            match is_so() {
                Ok(()) => return Ok(since.elapsed()),
                Err(why) if since.elapsed() >= within => return Err(Broken::of(what, why)),
                Err(_) => sleep(LOOK).await,
            }
        }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Sightings> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::panic, reason = "the name of a node is one")]
fn named(number: usize) -> NodeId {
    let node = NodeId::new(format!("node-{number}"));
    node.unwrap_or_else(|err| panic!("{err}"))
}

/// Whether each shard is with one of the members, by the last table that one of them knows.
fn is_owned(members: &[Member]) -> Result<(), String> {
    let tables = members.iter().filter_map(|it| it.manager.client().table());
    let Some(table) = tables.max_by_key(|it| it.epoch()) else {
        return Err("no node knows a table".to_owned());
    };
    let here = members.iter().map(|it| it.manager.status().process);
    let here: Vec<_> = here.collect();
    let is_here = |owner: Option<&NodeProcess>| owner.is_some_and(|it| here.contains(it));
    let homeless = table.owners().find(|(_, owner)| !is_here(*owner));
    homeless.map_or(Ok(()), |(shard, owner)| {
        let epoch = table.epoch();
        Err(format!(
            "{shard:?} is with {owner:?}, in epoch {epoch:?}; there are {here:?}"
        ))
    })
}

/// Whether all members know the same table, and by that each shard is with one of them.
fn is_whole(members: &[Member]) -> Result<(), String> {
    let tables: Option<Vec<_>> = members
        .iter()
        .map(|it| it.manager.client().table())
        .collect();
    let Some(tables) = tables else {
        return Err("a node knows no table".to_owned());
    };
    let here: Vec<_> = members
        .iter()
        .map(|it| it.manager.status().process)
        .collect();
    for table in &tables {
        let epochs = tables.iter().map(|it| it.epoch());
        if epochs.max() != Some(table.epoch()) {
            return Err(format!("one node is in epoch {:?}", table.epoch()));
        }
        let homeless = table.owners().find(|(shard, owner)| {
            let is_here = owner.is_some_and(|owner| here.contains(owner));
            !is_here || table.moving_to(*shard).is_some()
        });
        if let Some((shard, owner)) = homeless {
            let epoch = table.epoch();
            return Err(format!(
                "{shard:?} is with {owner:?} or moves, in epoch {epoch:?}"
            ));
        }
    }
    Ok(())
}

/// Looks at each table that a node goes by.
async fn watch(seen: Arc<Mutex<Sightings>>, client: ClusterClient, who: String) {
    let mut last = Epoch::default();
    let look = |table: &ShardTable| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.see(&who, last, table);
        last = table.epoch();
        false
    };
    client.wait_for(look).await;
}

impl fmt::Debug for Clustered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clustered").finish_non_exhaustive()
    }
}

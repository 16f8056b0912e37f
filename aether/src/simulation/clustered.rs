//! Nodes that share their actors, as a cluster over NATS servers in this process.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::{
    Dice, Faults,
    checks::Broken,
    executor::Place,
    nats::{LineId, LineMishap, NatsConnection, NatsDouble, NatsFaults, ServerMishap},
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
    seen: Arc<Mutex<Seen>>,
}

/// What was seen of the shard table.
#[derive(Default)]
struct Seen {
    /// Who had which shard in each epoch.
    owners: BTreeMap<Epoch, Vec<Option<NodeProcess>>>,
    broken: Option<Broken>,
}

/// A node as it is in the cluster.
#[derive(Clone)]
pub(super) struct Member {
    manager: Arc<ClusterManager>,
}

/// How many servers there are.
const SERVERS: usize = 3;
/// How long nodes may take, once nothing goes wrong any more, until they know where every actor is.
const HEALING: Duration = Duration::from_secs(40);

impl Clustered {
    pub(super) fn new(options: &ClusterOptions, dice: Dice) -> Self {
        Self {
            options: options.clone().replicas(SERVERS),
            double: NatsDouble::with(dice, SERVERS),
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

    /// Waits until all nodes know the same table, by which each shard is with one of them.
    pub(super) async fn settled(&self, members: &[Member]) -> Result<(), Broken> {
        let until = Instant::now() + HEALING;
        loop {
            let whole = is_whole(members);
            if let Some(broken) = &self.seen().broken {
                return Err(broken.clone());
            }
            match whole {
                Ok(()) => return Ok(()),
                Err(why) if Instant::now() >= until => {
                    return Err(Broken::of("every shard has its node", why));
                }
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::panic, reason = "the name of a node is one")]
fn named(number: usize) -> NodeId {
    let node = NodeId::new(format!("node-{number}"));
    node.unwrap_or_else(|err| panic!("{err}"))
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

/// Looks at each table that a node goes by: in an epoch there is one, and epochs never go back.
async fn watch(seen: Arc<Mutex<Seen>>, client: ClusterClient, who: String) {
    let mut last = Epoch::default();
    let look = |table: &ShardTable| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let epoch = table.epoch();
        let owners: Vec<_> = table.owners().map(|(_, owner)| owner.cloned()).collect();
        let known = seen.owners.entry(epoch).or_insert_with(|| owners.clone());
        if *known != owners {
            let differ = known.iter().zip(&owners).zip(table.count().shards());
            let differ = differ.filter(|((known, here), _)| known != here);
            let differ: Vec<_> = differ.map(|it| format!("{it:?}")).collect();
            let why = format!(
                "in {epoch:?}, to {who}: {} token {:?}",
                differ.join(", "),
                table.token()
            );
            let broken = Broken::of("a shard has one owner an epoch", why);
            seen.broken.get_or_insert(broken);
        }
        if epoch < last {
            let why = format!("epoch {epoch:?} comes after {last:?}");
            let broken = Broken::of("epochs never go back", why);
            seen.broken.get_or_insert(broken);
        }
        last = epoch;
        false
    };
    client.wait_for(look).await;
}

impl fmt::Debug for Clustered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clustered").finish_non_exhaustive()
    }
}

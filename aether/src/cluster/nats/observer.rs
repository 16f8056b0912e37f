use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use async_nats::{Message, RequestErrorKind};
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

use super::{
    ClusterError, ClusterOptions, OrderError, OrderTaken,
    control::leader_key,
    follower::subscribe,
    link::{Link, corrupt},
    messages::{HeartbeatForm, PROTOCOL, from_json, to_json},
    names::Names,
    orders::{self, OrderForm, OutcomeForm},
    tasks::Tasks,
    wire::Inbox,
};
use crate::cluster::{
    ClusterOrder, Epoch, FencingToken, Heartbeat, NodeId, NodeProcess, ShardTable,
};

/// Looks at a cluster from outside, and gives its leader orders.
///
/// It listens to heartbeats and reads what the cluster has written down, so it sees the cluster also
/// if nobody leads it. It is no node and no client: nothing waits for it.
pub struct ClusterObserver {
    link: Arc<Link>,
    heard: watch::Receiver<Heard>,
    since: Instant,
    /// For how long a process may be silent.
    silence: Duration,
    /// Ends when it is dropped.
    _listening: Tasks,
}

/// What a cluster looked like at a moment.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClusterView {
    /// Who has the lease of the leader, and with which token; nobody, if the last leader gave it up.
    pub leader: Option<(NodeProcess, Option<FencingToken>)>,
    /// Whether a heartbeat of it was heard just now.
    pub is_leader_heard: bool,
    /// The shard table, if any node ever led.
    pub table: Option<ShardTable>,
    /// The processes that were heard just now, and those that have shards by the table, in order.
    pub nodes: Vec<ObservedNode>,
}

/// A process of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservedNode {
    /// Which process.
    pub process: NodeProcess,
    /// Its last heartbeat; none, if none came just now.
    pub heartbeat: Option<Heartbeat>,
    /// How many shards it has.
    pub shards: usize,
    /// How many of them are on their way to others.
    pub leaving: usize,
    /// How many are on their way to it.
    pub coming: usize,
}

/// The last heartbeat of each process, when it came, and which requests the process takes.
type Heard = BTreeMap<NodeProcess, (Heartbeat, Instant, u32)>;

/// How long is waited if nobody leads, before it is looked again.
const PAUSE: Duration = Duration::from_millis(50);

impl ClusterObserver {
    pub(super) async fn start(
        options: &ClusterOptions,
        link: Arc<Link>,
    ) -> Result<Self, ClusterError> {
        let heartbeats = subscribe(&link, link.names.told(Names::HEARTBEAT)).await?;
        let (told, heard) = watch::channel(Heard::new());
        let silence = options.settings.silence;
        Ok(Self {
            link,
            heard,
            since: Instant::now(),
            silence,
            _listening: Tasks::of(listen(heartbeats, told, silence)),
        })
    }

    /// What the cluster looks like. The first time, it takes as long as a process may be silent.
    ///
    /// # Errors
    /// - `Unavailable`: the servers do not answer.
    /// - `Corrupt`: what the cluster wrote down cannot be read.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn look(&self) -> Result<ClusterView, ClusterError> {
        sleep_until(self.since + self.silence).await;
        let leader = self.link.patiently(|| self.leader()).await?;
        let table = self.link.patiently(|| self.link.table()).await?;
        let table = table.map(|it| it.table);
        let heard = self.present();
        let is_leader_heard = leader
            .as_ref()
            .is_some_and(|(it, _)| heard.contains_key(it));
        Ok(ClusterView {
            leader,
            is_leader_heard,
            nodes: nodes(table.as_ref(), heard),
            table,
        })
    }

    /// Has the leader carry out an order, and waits until the node that is meant goes by it, and no
    /// longer: what follows, shards that move, shows in a [`look`](Self::look).
    ///
    /// # Errors
    /// See [`OrderError`]: each says whether anything was done.
    ///
    /// # Cancel safety
    /// If the future is dropped, it may be carried out or not.
    pub async fn order(&self, order: &ClusterOrder) -> Result<OrderTaken, OrderError> {
        sleep_until(self.since + self.silence).await;
        let until = Instant::now() + orders::PATIENCE;
        loop {
            if let Some((leader, _)) = self.leader().await.map_err(OrderError::Servers)?
                && let Some(outcome) = self.ask(&leader, order).await?
            {
                return outcome.read(&leader, order);
            }
            if Instant::now() >= until {
                return Err(OrderError::Leaderless);
            }
            sleep(PAUSE).await;
        }
    }

    /// What a leader answers; nothing, if it leads no more or is not there.
    async fn ask(
        &self,
        leader: &NodeProcess,
        order: &ClusterOrder,
    ) -> Result<Option<OutcomeForm>, OrderError> {
        let of_node = order.node().and_then(|it| self.process_of(it));
        let is_old = |it: &NodeProcess| {
            let heard = self.heard.borrow();
            heard
                .get(it)
                .is_some_and(|(.., protocol)| *protocol < PROTOCOL)
        };
        if let Some(old) = [Some(leader.clone()), of_node]
            .into_iter()
            .flatten()
            .find(is_old)
        {
            return Err(OrderError::TooOld(old));
        }
        let json = to_json(&OrderForm::from(order));
        let subject = self.link.subject(leader, Names::ORDER);
        let asked = (None, json.into());
        let request = self
            .link
            .client
            .request(subject, asked, Some(orders::PATIENCE));
        match request.await {
            Ok(answer) => match from_json(&answer.payload) {
                Some(OutcomeForm::NotLeading { .. }) => Ok(None),
                Some(outcome) => Ok(Some(outcome)),
                None => Err(OrderError::NoAnswer(leader.clone())),
            },
            Err(err) if err.kind() == RequestErrorKind::NoResponders => Ok(None),
            Err(_) => Err(OrderError::NoAnswer(leader.clone())),
        }
    }

    async fn leader(&self) -> Result<Option<(NodeProcess, Option<FencingToken>)>, ClusterError> {
        let Some(found) = self.link.bucket.get(Names::LEADER).await? else {
            return Ok(None);
        };
        let key = leader_key(&found).ok_or_else(|| corrupt("the lease"))?;
        Ok(key.record.map(|it| (it.leader, it.token)))
    }

    /// The last heartbeats of all that are there.
    fn present(&self) -> BTreeMap<NodeProcess, Heartbeat> {
        let heard = self.heard.borrow();
        let present = heard
            .values()
            .filter(|(_, at, _)| at.elapsed() < self.silence);
        let present = present.map(|(it, ..)| (it.process.clone(), it.clone()));
        present.collect()
    }

    fn process_of(&self, node: &NodeId) -> Option<NodeProcess> {
        let heard = self.heard.borrow();
        let mut processes = heard.keys().filter(|it| it.node == *node);
        processes.next_back().cloned()
    }
}

async fn listen(mut heartbeats: Inbox, told: watch::Sender<Heard>, silence: Duration) {
    while let Some(Message { payload, .. }) = heartbeats.next().await {
        let Some(form) = from_json::<HeartbeatForm>(&payload) else {
            continue;
        };
        let protocol = form.protocol;
        if let Some(heartbeat) = form.heartbeat() {
            told.send_modify(|heard| {
                heard.retain(|_, (_, at, _)| at.elapsed() < silence);
                let process = heartbeat.process.clone();
                heard.insert(process, (heartbeat, Instant::now(), protocol));
            });
        }
    }
}

/// Who was heard, and who has shards.
fn nodes(table: Option<&ShardTable>, heard: BTreeMap<NodeProcess, Heartbeat>) -> Vec<ObservedNode> {
    let mut nodes: BTreeMap<NodeProcess, ObservedNode> = heard
        .into_iter()
        .map(|(process, heartbeat)| (process.clone(), ObservedNode::new(process, Some(heartbeat))))
        .collect();
    for process in table.into_iter().flat_map(ShardTable::nodes) {
        let unheard = || ObservedNode::new(process.clone(), None);
        nodes.entry(process.clone()).or_insert_with(unheard);
    }
    for (shard, owner) in table.into_iter().flat_map(ShardTable::owners) {
        let to = table.and_then(|it| it.moving_to(shard));
        if let Some(node) = owner.and_then(|it| nodes.get_mut(it)) {
            node.shards += 1;
            node.leaving += usize::from(to.is_some());
        }
        if let Some(node) = to.and_then(|it| nodes.get_mut(it)) {
            node.coming += 1;
        }
    }
    nodes.into_values().collect()
}

impl ObservedNode {
    fn new(process: NodeProcess, heartbeat: Option<Heartbeat>) -> Self {
        Self {
            process,
            heartbeat,
            shards: 0,
            leaving: 0,
            coming: 0,
        }
    }
}

impl ClusterView {
    /// The epoch of the table; the first one, if there is none.
    pub fn epoch(&self) -> Epoch {
        self.table
            .as_ref()
            .map(ShardTable::epoch)
            .unwrap_or_default()
    }

    /// How many shards nobody has.
    pub fn unowned(&self) -> usize {
        let owners = self.table.iter().flat_map(ShardTable::owners);
        owners.filter(|(_, owner)| owner.is_none()).count()
    }

    /// Whether the nodes that were heard run different versions of the program.
    pub fn is_mixed(&self) -> bool {
        let mut versions = self.nodes.iter().filter_map(|it| it.heartbeat.as_ref());
        let first = versions.next();
        first.is_some_and(|first| versions.any(|it| it.version != first.version))
    }
}

impl OutcomeForm {
    fn read(self, leader: &NodeProcess, order: &ClusterOrder) -> Result<OrderTaken, OrderError> {
        let unclear = || OrderError::NoAnswer(leader.clone());
        let node = order.node().cloned();
        match self {
            Self::Obeyed { process, shards } => Ok(OrderTaken::Obeyed {
                process: process.process().ok_or_else(unclear)?,
                shards,
            }),
            Self::Rebalancing { moves } => Ok(OrderTaken::Rebalancing { moves }),
            Self::UnknownNode => Err(node.map_or_else(unclear, OrderError::UnknownNode)),
            Self::Alone => Err(node.map_or_else(unclear, OrderError::Alone)),
            Self::Unheard { process } => {
                let process = process.process().ok_or_else(unclear)?;
                Err(OrderError::Unheard(process))
            }
            Self::Superseded { process } => {
                let process = process.process().ok_or_else(unclear)?;
                Err(OrderError::Superseded(process))
            }
            Self::NotLeading { .. } => Err(OrderError::Leaderless),
            Self::NotUnderstood => Err(OrderError::TooOld(leader.clone())),
        }
    }
}

impl fmt::Debug for ClusterObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterObserver").finish_non_exhaustive()
    }
}

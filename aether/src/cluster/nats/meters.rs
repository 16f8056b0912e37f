use std::{collections::BTreeMap, sync::Arc};

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};
use tokio::time::Instant;

use super::{frame::AnswerFrame, letter::Letter};
use crate::cluster::{
    ClusterEvent, ClusterNode, NodeInput, NodeOutput, NodeProcess, Shard, ShardTable,
};

/// What a node of a cluster measures, for whatever recorder there was when it joined.
///
/// All of it is registered then. The names and what they mean are listed in `docs/metrics.md`.
pub(super) struct Meters {
    members: Gauge,
    joined: Counter,
    suspected: Counter,
    trusted: Counter,
    died: Counter,
    left: Counter,
    leading: Gauge,
    elected: Counter,
    stepped_down: Counter,
    epoch: Gauge,
    published: Counter,
    shards: Gauge,
    held: Gauge,
    taken: Counter,
    seized: Counter,
    released: Counter,
    lost: Counter,
    returned: Counter,
    handed_over: Histogram,
    taken_over: Histogram,
    pub(super) asks: Arc<AskMeters>,
    gaps: Gaps,
}

/// What became of asks that came to a node.
pub(super) struct AskMeters {
    carried_out: Counter,
    forwarded: Counter,
    moved: Counter,
    busy: Counter,
    expired: Counter,
}

/// Since when shards have had nobody who serves them, by what this node has heard.
#[derive(Default)]
struct Gaps {
    released: BTreeMap<Shard, Instant>,
    doubted: BTreeMap<NodeProcess, Instant>,
    table: Option<ShardTable>,
    /// Of the shards that others had in the table before.
    before: BTreeMap<Shard, NodeProcess>,
}

impl Meters {
    /// Registers all of them.
    pub(super) fn new() -> Self {
        describe();
        let member = |change| counter!("aether_cluster_member_changes_total", "change" => change);
        let leader = |change| counter!("aether_cluster_leader_changes_total", "change" => change);
        let shard = |change| counter!("aether_cluster_shard_changes_total", "change" => change);
        let unserved = |after| histogram!("aether_cluster_unserved_seconds", "after" => after);
        Self {
            members: gauge!("aether_cluster_members"),
            joined: member("joined"),
            suspected: member("suspected"),
            trusted: member("trusted"),
            died: member("died"),
            left: member("left"),
            leading: gauge!("aether_cluster_leading"),
            elected: leader("elected"),
            stepped_down: leader("stepped_down"),
            epoch: gauge!("aether_cluster_epoch"),
            published: counter!("aether_cluster_tables_published_total"),
            shards: gauge!("aether_cluster_shards"),
            held: gauge!("aether_cluster_asks_held"),
            taken: shard("taken"),
            seized: shard("seized"),
            released: shard("released"),
            lost: shard("lost"),
            returned: counter!("aether_cluster_returns_total"),
            handed_over: unserved("handover"),
            taken_over: unserved("takeover"),
            asks: Arc::new(AskMeters::new()),
            gaps: Gaps::default(),
        }
    }

    /// Something happens to the node.
    pub(super) fn happens(&mut self, input: &NodeInput<Letter>) {
        if let NodeInput::Unreachable(process) | NodeInput::Unanswered(process) = input {
            self.gaps.doubt(process);
        } else if let NodeInput::Released(all) = input {
            let now = Instant::now();
            for it in all {
                self.gaps.released.entry(it.shard).or_insert(now);
            }
        } else if let NodeInput::TableWritten { .. } = input {
            self.published.increment(1);
        }
    }

    /// This follows from it.
    pub(super) fn follows(&mut self, output: &NodeOutput<Letter>, node: &ClusterNode<Letter>) {
        if let NodeOutput::Table(table) = output {
            self.gaps.learn(table);
        } else if let NodeOutput::Begin {
            shard,
            since,
            seized,
        } = output
        {
            self.begun(*shard, since == seized);
        } else if let NodeOutput::Forward { .. } = output {
            self.asks.forwarded.increment(1);
        } else if let NodeOutput::Event(event) = output {
            self.event(event, node);
        } else if let NodeOutput::Beat(_) = output {
            self.tell(node);
        }
    }

    fn begun(&mut self, shard: Shard, is_seized: bool) {
        let changes = if is_seized { &self.seized } else { &self.taken };
        changes.increment(1);
        let (gap, unserved) = if is_seized {
            (self.gaps.since_doubt(shard), &self.taken_over)
        } else {
            (self.gaps.released.remove(&shard), &self.handed_over)
        };
        if let Some(since) = gap {
            unserved.record(since.elapsed());
        }
    }

    fn event(&mut self, event: &ClusterEvent, node: &ClusterNode<Letter>) {
        match event {
            ClusterEvent::Joined(_) => self.joined.increment(1),
            ClusterEvent::Suspected(process) => {
                self.suspected.increment(1);
                self.gaps.doubt(process);
            }
            ClusterEvent::Trusted(process) => {
                self.trusted.increment(1);
                self.gaps.doubted.remove(process);
            }
            ClusterEvent::Died(process, _) => {
                self.died.increment(1);
                self.gaps.doubt(process);
            }
            ClusterEvent::Left(_) => self.left.increment(1),
            ClusterEvent::Leader(Some(leader)) if leader == node.process() && node.leads() => {
                self.elected.increment(1);
            }
            ClusterEvent::SteppedDown => self.stepped_down.increment(1),
            ClusterEvent::Released(shards) => self.released.increment(shards.len() as u64),
            ClusterEvent::Lost(shards) => self.lost.increment(shards.len() as u64),
            ClusterEvent::Leader(_)
            | ClusterEvent::Table(_)
            | ClusterEvent::Began(_)
            | ClusterEvent::Instructed(_)
            | ClusterEvent::Drained
            | ClusterEvent::Returned(_)
            | ClusterEvent::Missed(_) => {}
        }
    }

    /// The process was taken for dead, and is another one from now on.
    pub(super) fn returned(&mut self) {
        self.returned.increment(1);
        self.gaps = Gaps::default();
    }

    /// How the node is, some times a second.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    fn tell(&self, node: &ClusterNode<Letter>) {
        let owned = node.table().map_or(0, |it| it.owned_by(node.process()));
        let epoch = node.table().map(ShardTable::epoch).unwrap_or_default();
        self.members.set(node.members().len() as f64);
        self.leading.set(if node.leads() { 1.0 } else { 0.0 });
        self.epoch.set(epoch.0 as f64);
        self.shards.set(owned as f64);
        self.held.set(node.held() as f64);
    }
}

impl AskMeters {
    fn new() -> Self {
        let asks = |outcome| counter!("aether_cluster_asks_total", "outcome" => outcome);
        Self {
            carried_out: asks("carried_out"),
            forwarded: asks("forwarded"),
            moved: asks("moved"),
            busy: asks("busy"),
            expired: asks("expired"),
        }
    }

    /// An ask is answered so.
    pub(super) fn answered(&self, answer: &AnswerFrame) {
        let answered = match answer {
            AnswerFrame::Ok(_) => &self.carried_out,
            AnswerFrame::Moved(_) => &self.moved,
            AnswerFrame::Busy(_) => &self.busy,
            AnswerFrame::Expired => &self.expired,
        };
        answered.increment(1);
    }
}

impl Gaps {
    fn doubt(&mut self, process: &NodeProcess) {
        let now = Instant::now();
        self.doubted.entry(process.clone()).or_insert(now);
    }

    fn learn(&mut self, table: &ShardTable) {
        let before = self.table.replace(table.clone());
        self.before = before
            .iter()
            .flat_map(ShardTable::owners)
            .filter(|(shard, owner)| owner.is_some() && table.owner(*shard) != *owner)
            .filter_map(|(shard, owner)| Some((shard, owner?.clone())))
            .collect();
        // Only what the last table took away can begin somewhere.
        let kept = &self.before;
        self.released
            .retain(|shard, _| kept.contains_key(shard) || table.moving_to(*shard).is_some());
        let nodes = table.nodes();
        self.doubted
            .retain(|it, _| nodes.contains(it) || kept.values().any(|owner| owner == it));
    }

    /// Since when it was in doubt whether the shard's owner lives, before it was taken from it.
    fn since_doubt(&self, shard: Shard) -> Option<Instant> {
        self.doubted.get(self.before.get(&shard)?).copied()
    }
}

fn describe() {
    describe_counter!(
        "aether_cluster_member_changes_total",
        Unit::Count,
        "Nodes that joined, were suspected, were trusted again, died or left, as this node saw it"
    );
    describe_gauge!(
        "aether_cluster_members",
        Unit::Count,
        "Nodes that are there, as this node sees it"
    );
    describe_counter!(
        "aether_cluster_leader_changes_total",
        Unit::Count,
        "How often this node came to lead, and ceased to"
    );
    describe_gauge!(
        "aether_cluster_leading",
        Unit::Count,
        "1 while this node leads"
    );
    describe_gauge!(
        "aether_cluster_epoch",
        Unit::Count,
        "The epoch of the shard table that this node goes by"
    );
    describe_counter!(
        "aether_cluster_tables_published_total",
        Unit::Count,
        "Shard tables that this node stored as leader"
    );
    describe_gauge!(
        "aether_cluster_shards",
        Unit::Count,
        "Shards that this node has by the table"
    );
    describe_counter!(
        "aether_cluster_shard_changes_total",
        Unit::Count,
        "Shards that came to this node and went from it"
    );
    describe_histogram!(
        "aether_cluster_unserved_seconds",
        Unit::Seconds,
        "How long nobody served a shard that came to this node"
    );
    describe_counter!(
        "aether_cluster_asks_total",
        Unit::Count,
        "Asks that came to this node, by what became of them here"
    );
    describe_gauge!(
        "aether_cluster_asks_held",
        Unit::Count,
        "Asks that wait at this node for a shard that is changing hands"
    );
    describe_counter!(
        "aether_cluster_returns_total",
        Unit::Count,
        "How often this process was taken for dead and came back as a later one"
    );
}

//! One process of a cluster, its parts together: who is there (`members`), who leads and what a leader
//! does (`leader`, with what it knows in `leading`), the table that all go by (`tables`), the shards
//! that are here (`serving`), what operators want (`orders`), and going away (`departure`).

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::{
    Availability, ElectionInput, Epoch, FixedTimeout, Heartbeat, HostInput, LeaderElection,
    Membership, MembershipInput, Monotonic, NodeProcess, Shard, ShardHost, ShardTable,
};

mod departure;
mod leader;
mod leading;
mod members;
mod orders;
mod serving;
mod tables;
mod words;

pub use self::orders::{ClusterOrder, OrderOutcome};
pub use self::words::{
    ClusterEvent, NodeInput, NodeOutput, NodeSettings, ReleasedShard, StoredTable,
};
use self::{leading::Leading, orders::Orders};

/// One process as a node of a cluster: [`Membership`], [`LeaderElection`], `Balancer` and
/// [`ShardHost`] together.
///
/// It does nothing by itself: feed it with [`step`](Self::step), carry out what that says in the
/// order in which it says it, and call it again at [`next_wake`](Self::next_wake) at the latest.
///
/// What it decides beyond its parts:
/// - A node hears its own heartbeats as the others do. If it does not, it is cut off, and holds it
///   against nobody that it hears nothing of them.
/// - Only the leader looks into what others report of a process, and only it tells one that it is
///   taken for dead; what is reported of the leader, everyone looks into.
/// - Whoever seems dead is reported to the election: if it led, another leads at once. So does a
///   leader of which nothing was ever heard, and nobody answers, or a later process of its node is
///   there: all may have been down together.
/// - A table of a later revision is the table, wherever it comes from.
/// - Whoever goes by a later table than this node shows that there is one: if it is not heard of, the
///   notice was lost, and it is read.
/// - Whoever had shards in a table, and has none in a later one without having released them, was
///   taken for dead by the leader: so everyone does, be it a process that was never heard here, and
///   so does that process itself. A leader that came up since does not know it; so a process that
///   is not in the table gets shards only once it goes by one in which it would have seen that.
#[derive(Debug)]
pub struct ClusterNode<M> {
    settings: NodeSettings,
    me: Heartbeat,
    membership: Membership<FixedTimeout>,
    election: LeaderElection,
    host: ShardHost<M>,
    /// What the node was told that it has, and has not given up: a release may be said again.
    serving: BTreeSet<Shard>,
    leading: Option<Leading>,
    stored: Option<StoredTable>,
    /// How many tables were to be written.
    writes: u64,
    /// On top of which revision a table was written last that is not stored, or not known to be.
    unwritten_on: Option<u64>,
    /// Whether the table is being read.
    reading: bool,
    look_at: Monotonic,
    /// The latest epoch that others were heard to go by.
    rumoured: Epoch,
    /// When the table of that epoch is read, if it is not heard of before.
    doubt_at: Option<Monotonic>,
    beat_at: Monotonic,
    beats: u64,
    /// When the node heard itself last; never, if it is cut off.
    heard_me: Option<Monotonic>,
    orders: Orders,
    /// A leader of which nothing was heard, and which was pinged.
    sought: Option<NodeProcess>,
    stage: Stage,
}

/// The number of the ping to a leader of which nothing was heard: those of the membership are
/// larger.
const SOUGHT: u64 = 0;

/// How long a table may take to be heard of, once somebody goes by it: on a busy machine, notices
/// differ by some milliseconds.
const LATE: Duration = Duration::from_millis(10);

/// How far a node is with going away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Here,
    Draining,
    /// It has no shards any more, and stays.
    Drained,
    Leaving,
    /// It has no shards any more, and gives up the lease if it has it.
    Resigning,
    Gone,
}

type Outputs<M> = Vec<NodeOutput<M>>;

impl<M> ClusterNode<M> {
    /// A process that has just come up.
    pub fn new(process: NodeProcess, settings: NodeSettings) -> Self {
        let mut membership = Membership::new(settings.membership, settings.detector());
        // Until it hears itself.
        membership.step(Monotonic::ORIGIN, MembershipInput::Disconnected);
        Self {
            me: Heartbeat {
                process: process.clone(),
                server: Arc::from(""),
                version: Arc::clone(&settings.version),
                load: 0,
                weight: settings.weight,
                availability: Availability::Active,
                epoch: Epoch::default(),
            },
            membership,
            election: LeaderElection::new(process.clone(), settings.lease),
            host: ShardHost::new(process, settings.host),
            settings,
            serving: BTreeSet::new(),
            leading: None,
            stored: None,
            writes: 0,
            unwritten_on: None,
            reading: false,
            look_at: Monotonic::ORIGIN,
            rumoured: Epoch::default(),
            doubt_at: None,
            beat_at: Monotonic::ORIGIN,
            beats: 0,
            heard_me: None,
            orders: Orders::default(),
            sought: None,
            stage: Stage::Here,
        }
    }

    /// Which process this is.
    pub fn process(&self) -> &NodeProcess {
        &self.me.process
    }

    /// The revision of the table that the node goes by; 0 as long as it was told of none.
    pub fn revision(&self) -> u64 {
        self.stored.as_ref().map_or(0, |it| it.revision)
    }

    /// The table that the node goes by; none as long as it was told of none.
    pub fn table(&self) -> Option<&ShardTable> {
        self.host.table()
    }

    /// The last heartbeat of each member, in order of the nodes.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &Heartbeat> {
        self.membership.members()
    }

    /// Who leads, as far as is known.
    pub fn leader(&self) -> Option<&NodeProcess> {
        self.election.leader()
    }

    /// Whether this process leads.
    pub fn leads(&self) -> bool {
        self.leading.is_some()
    }

    /// What this process offers: to take its share, to keep what it has, or to give it away.
    pub fn availability(&self) -> Availability {
        self.me.availability
    }

    /// Whether it was told to give its shards away, and has, or there is nobody to take them.
    pub fn is_drained(&self) -> bool {
        matches!(self.stage, Stage::Drained | Stage::Resigning | Stage::Gone)
    }

    /// How many messages wait for a shard that is changing hands.
    pub fn held(&self) -> usize {
        self.host.held()
    }

    /// Takes in what happened, and says what follows.
    pub fn step(&mut self, now: Monotonic, input: NodeInput<M>) -> Vec<NodeOutput<M>> {
        let mut outputs = Vec::new();
        if self.stage == Stage::Gone {
            return outputs;
        }
        // The way of every message is short.
        let is_message = matches!(
            input,
            NodeInput::Arrived { .. } | NodeInput::Finished { .. }
        );
        self.take(now, input, &mut outputs);
        if is_message {
            return outputs;
        }
        self.go_on(now, &mut outputs);
        let is_last = |it: &NodeOutput<M>| matches!(it, NodeOutput::Expelled | NodeOutput::Gone);
        if let Some(last) = outputs.iter().position(is_last) {
            outputs.truncate(last + 1);
        }
        outputs
    }

    /// When [`step`](Self::step) has to be called again, if nothing happens before.
    pub fn next_wake(&self) -> Monotonic {
        let cut_off = self.heard_me.map(|heard| heard + self.patience());
        let leading = self.leading.as_ref().and_then(Leading::next_wake);
        let look = (!self.reading).then_some(self.look_at);
        let orders = self.orders.next_wake(self.settings.membership.heartbeat);
        let turns = [
            cut_off,
            leading,
            look,
            self.doubt_at,
            orders,
            self.host.next_wake(),
        ];
        let sure = [
            self.beat_at,
            self.membership.next_wake(),
            self.election.next_wake(),
        ];
        let turns = turns.into_iter().flatten().chain(sure);
        turns.min().unwrap_or_default()
    }

    fn take(&mut self, now: Monotonic, input: NodeInput<M>, outputs: &mut Outputs<M>) {
        match input {
            NodeInput::Arrived {
                shard,
                epoch,
                message,
                size,
            } => {
                self.overhear(now, epoch);
                let arrived = HostInput::Arrived {
                    shard,
                    epoch,
                    message,
                    size,
                };
                self.host(now, arrived, outputs);
            }
            NodeInput::Finished { shard, tenure } => {
                self.host(now, HostInput::Finished { shard, tenure }, outputs);
            }
            NodeInput::Connected(server) => {
                self.me.server = server;
                (self.beat_at, self.look_at) = (now, now);
            }
            NodeInput::Disconnected => self.cut_off(now, outputs),
            NodeInput::Heard(heartbeat) => self.hear(now, heartbeat, outputs),
            NodeInput::Unreachable(process) if self.looks_after(&process) => {
                self.member(now, MembershipInput::NoResponders(process), outputs);
            }
            NodeInput::Unanswered(process) if self.looks_after(&process) => {
                self.member(now, MembershipInput::TimedOut(process), outputs);
            }
            NodeInput::Tick | NodeInput::Unreachable(_) | NodeInput::Unanswered(_) => {}
            NodeInput::Pinged {
                ping: SOUGHT,
                answer,
            } => self.sought(now, &answer, outputs),
            NodeInput::Pinged { ping, answer } => {
                self.member(now, MembershipInput::Answered { ping, answer }, outputs);
            }
            NodeInput::ServerAnswered { question } => {
                self.member(now, MembershipInput::ServerAnswered { question }, outputs);
            }
            NodeInput::Left(process) => {
                self.member(now, MembershipInput::Leaves(process), outputs);
            }
            NodeInput::Dismissed => self.expel(now, outputs),
            NodeInput::Election(input) => self.elect(now, input, outputs),
            NodeInput::TableRead(stored) => self.read(now, stored, outputs),
            NodeInput::TableUnread => {
                self.reading = false;
                self.look_at = now + self.pause();
            }
            NodeInput::Look => self.look_at = now,
            NodeInput::TableHeard(stored) => self.learn(now, stored, outputs),
            NodeInput::TableWritten { request, revision } => {
                self.written(now, (request, revision), outputs);
            }
            NodeInput::TableUnwritten { request } => self.unwritten(now, request),
            NodeInput::Released(all) => self.released(now, &all, outputs),
            NodeInput::Instructed(availability) => self.instructed(now, availability, outputs),
            NodeInput::Ordered { number, order } => self.ordered(now, number, order, outputs),
            NodeInput::Leave => self.leave(now, outputs),
            NodeInput::LeaveNow => self.resign(now, outputs),
        }
    }

    /// Does what time has brought, and what follows from all that has changed.
    fn go_on(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        if self
            .heard_me
            .is_some_and(|heard| heard + self.patience() <= now)
        {
            self.cut_off(now, outputs);
        }
        if self.beat_at <= now {
            self.beat(now, outputs);
        }
        if self.membership.next_wake() <= now {
            self.member(now, MembershipInput::Tick, outputs);
        }
        if self.election.next_wake() <= now {
            self.elect(now, ElectionInput::Tick, outputs);
        }
        if self.host.next_wake().is_some_and(|wake| wake <= now) {
            self.host(now, HostInput::Tick, outputs);
        }
        self.lead_on(now, outputs);
        self.see_to_orders(now, outputs);
        if self.doubt_at.take_if(|at| *at <= now).is_some() && self.me.epoch < self.rumoured {
            self.look_at = now;
        }
        if self.look_at <= now && !self.reading {
            self.reading = true;
            self.look_at = now + self.settings.look;
            outputs.push(NodeOutput::ReadTable);
        }
        self.go_away(now, outputs);
    }

    /// How long after a question to the store that came to nothing it is asked again.
    fn pause(&self) -> Duration {
        self.settings.look / 8
    }

    fn is_me(&self, process: &NodeProcess) -> bool {
        *process == self.me.process
    }
}

#[cfg(test)]
mod tests;

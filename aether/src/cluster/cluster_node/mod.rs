use std::{collections::BTreeSet, sync::Arc, time::Duration};

use super::{
    Availability, Candidate, ElectionInput, ElectionOutput, Epoch, FixedTimeout, Heartbeat,
    HostInput, HostOutput, LeaderElection, Membership, MembershipInput, MembershipOutput,
    Monotonic, NodeProcess, PingAnswer, Shard, ShardHost, ShardTable, hash::stable_hash,
};

mod leading;
mod orders;
mod words;

pub use self::orders::{ClusterOrder, OrderOutcome};
pub use self::words::{
    ClusterEvent, NodeInput, NodeOutput, NodeSettings, ReleasedShard, StoredTable,
};
use self::{
    leading::{Leading, Wish},
    orders::Orders,
};

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
    /// Whether the table is being read.
    reading: bool,
    look_at: Monotonic,
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
            reading: false,
            look_at: Monotonic::ORIGIN,
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
        let turns = [cut_off, leading, look, orders, self.host.next_wake()];
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
                self.look_at = now + self.settings.look / 8;
            }
            NodeInput::Look => self.look_at = now,
            NodeInput::TableHeard(stored) => self.learn(now, stored, outputs),
            NodeInput::TableWritten { revision } => self.written(now, revision, outputs),
            NodeInput::TableUnwritten => {
                if let Some(leading) = &mut self.leading {
                    leading.unwritten();
                    self.look_at = now;
                }
            }
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
        if self.look_at <= now && !self.reading {
            self.reading = true;
            self.look_at = now + self.settings.look;
            outputs.push(NodeOutput::ReadTable);
        }
        self.go_away(now, outputs);
    }

    // Members.

    /// How long the node may not hear itself.
    fn patience(&self) -> Duration {
        self.settings.silence * 3 / 4
    }

    fn beat(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        let every = self.settings.membership.heartbeat;
        // A tenth more or less, so that not all nodes beat at once.
        let jitter = stable_hash(self.beats, self.me.process.node.as_str().as_bytes()) % 21;
        let jitter = u32::try_from(jitter).unwrap_or_default();
        self.beats += 1;
        self.beat_at = now + every * (90 + jitter) / 100;
        outputs.push(NodeOutput::Beat(self.me.clone()));
    }

    fn cut_off(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        self.heard_me = None;
        self.member(now, MembershipInput::Disconnected, outputs);
    }

    fn hear(&mut self, now: Monotonic, heartbeat: Heartbeat, outputs: &mut Outputs<M>) {
        if heartbeat.process == self.me.process && self.heard_me.replace(now).is_none() {
            self.member(now, MembershipInput::Connected, outputs);
        }
        let process = heartbeat.process.clone();
        self.member(now, MembershipInput::Heard(heartbeat), outputs);
        self.succeed(now, &process, outputs);
    }

    /// A leader of which there is a later process is gone, also if it was never heard here.
    fn succeed(&mut self, now: Monotonic, process: &NodeProcess, outputs: &mut Outputs<M>) {
        let is_earlier =
            |it: &&NodeProcess| it.node == process.node && it.incarnation < process.incarnation;
        if let Some(leader) = self.leader().filter(is_earlier).cloned() {
            self.elect(now, ElectionInput::Died(leader), outputs);
        }
    }

    /// Finds out whether a leader is there of which nothing was heard.
    fn seek(&mut self, leader: &NodeProcess, outputs: &mut Outputs<M>) {
        let mut members = self.membership.members();
        if !self.is_me(leader) && !members.any(|it| it.process == *leader) {
            self.sought = Some(leader.clone());
            let process = leader.clone();
            outputs.push(NodeOutput::Ping {
                ping: SOUGHT,
                process,
            });
        }
    }

    /// Nobody is there who would answer for a leader that was never heard.
    fn sought(&mut self, now: Monotonic, answer: &PingAnswer, outputs: &mut Outputs<M>) {
        let sought = self.sought.take();
        let is_unheard = |it: &NodeProcess| {
            !self
                .membership
                .members()
                .any(|member| member.process == *it)
        };
        if *answer == PingAnswer::NoResponders
            && let Some(leader) = sought.filter(is_unheard)
        {
            self.elect(now, ElectionInput::Died(leader), outputs);
        }
    }

    /// Whether it is for this node to find out whether a process lives.
    fn looks_after(&self, process: &NodeProcess) -> bool {
        self.leads() || self.leader().is_none_or(|leader| leader == process)
    }

    fn member(&mut self, now: Monotonic, input: MembershipInput, outputs: &mut Outputs<M>) {
        for output in self.membership.step(now, input) {
            let event = match output {
                MembershipOutput::Ping { ping, process } => {
                    outputs.push(NodeOutput::Ping { ping, process });
                    continue;
                }
                MembershipOutput::AskServer { question, server } => {
                    outputs.push(NodeOutput::AskServer { question, server });
                    continue;
                }
                MembershipOutput::Dismiss(process) => {
                    if self.leads() {
                        outputs.push(NodeOutput::Dismiss(process));
                    }
                    continue;
                }
                MembershipOutput::Joined(process) => ClusterEvent::Joined(process),
                MembershipOutput::Suspected(process) => ClusterEvent::Suspected(process),
                MembershipOutput::Trusted(process) => ClusterEvent::Trusted(process),
                MembershipOutput::Died(process, cause) => {
                    self.mourn(now, &process, outputs);
                    ClusterEvent::Died(process, cause)
                }
                MembershipOutput::Left(process) => {
                    self.mourn(now, &process, outputs);
                    ClusterEvent::Left(process)
                }
            };
            outputs.push(NodeOutput::Event(event));
        }
    }

    fn mourn(&mut self, now: Monotonic, process: &NodeProcess, outputs: &mut Outputs<M>) {
        if *process == self.me.process {
            self.expel(now, outputs);
        } else {
            if let Some(leading) = &mut self.leading {
                leading.forget(process);
            }
            self.elect(now, ElectionInput::Died(process.clone()), outputs);
        }
    }

    fn expel(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        if self.stage != Stage::Gone {
            self.host(now, HostInput::Dismissed, outputs);
            self.step_down(outputs);
            self.stage = Stage::Gone;
            outputs.push(NodeOutput::Expelled);
        }
    }

    // The leader.

    fn elect(&mut self, now: Monotonic, input: ElectionInput, outputs: &mut Outputs<M>) {
        for output in self.election.step(now, input) {
            match output {
                ElectionOutput::Read { request } => {
                    outputs.push(NodeOutput::ReadLeader { request });
                }
                ElectionOutput::Write {
                    request,
                    expected,
                    record,
                } => outputs.push(NodeOutput::WriteLeader {
                    request,
                    expected,
                    record,
                }),
                ElectionOutput::Lead(token) => {
                    self.leading = Some(Leading::new(token, self.settings.balance));
                    self.look_at = now;
                    let leader = ClusterEvent::Leader(Some(self.me.process.clone()));
                    outputs.push(NodeOutput::Event(leader));
                }
                ElectionOutput::Stop(_) => self.step_down(outputs),
                ElectionOutput::Follow(leader) => {
                    if let Some(leader) = &leader {
                        self.seek(leader, outputs);
                    }
                    outputs.push(NodeOutput::Event(ClusterEvent::Leader(leader)));
                }
            }
        }
    }

    fn step_down(&mut self, outputs: &mut Outputs<M>) {
        if self.leading.take().is_some() {
            outputs.push(NodeOutput::Event(ClusterEvent::SteppedDown));
        }
    }

    fn lead_on(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        if !self.leads() {
            return;
        }
        let candidates = self.candidates();
        let versions = self.membership.members().map(|it| &it.version);
        let is_mixed = versions.collect::<BTreeSet<_>>().len() > 1;
        let leading = self.leading.as_mut();
        let wish = leading.and_then(|it| it.members(now, candidates, is_mixed));
        self.fulfil(now, wish, outputs);
        let wish = self.leading.as_mut().and_then(|it| it.tick(now));
        self.fulfil(now, wish, outputs);
    }

    /// Who may have shards. Who is not in the table may have been, and may not know yet that all
    /// was taken from it.
    fn candidates(&self) -> Vec<Candidate> {
        let table = self.table();
        let seizure = table.map(ShardTable::last_seizure).unwrap_or_default();
        let is_in = |it: &NodeProcess| table.is_some_and(|table| table.nodes().contains(it));
        let heard = self.membership.members();
        let heard = heard.filter(|it| it.epoch >= seizure || is_in(&it.process));
        let candidates = heard.map(|it| Candidate {
            node: it.process.clone(),
            weight: it.weight,
            availability: it.availability,
        });
        candidates.collect()
    }

    fn fulfil(&mut self, now: Monotonic, wish: Option<Wish>, outputs: &mut Outputs<M>) {
        match wish {
            None => {}
            Some(Wish::Stop) => self.step_down(outputs),
            // The lease may have lapsed just now.
            Some(Wish::Write(_)) if self.election.token(now).is_none() => self.step_down(outputs),
            Some(Wish::Write(table)) => {
                let expected = self.stored.as_ref().map_or(0, |it| it.revision);
                outputs.push(NodeOutput::WriteTable { expected, table });
            }
        }
    }

    fn released(&mut self, now: Monotonic, all: &[ReleasedShard], outputs: &mut Outputs<M>) {
        let leading = self.leading.as_mut();
        let wish = leading.and_then(|it| it.released(now, all));
        self.fulfil(now, wish, outputs);
    }

    // The table.

    fn read(&mut self, now: Monotonic, stored: Option<StoredTable>, outputs: &mut Outputs<M>) {
        self.reading = false;
        match stored {
            Some(stored) => {
                self.adopt(now, stored, outputs);
                // A later one may have been heard meanwhile, and a write is guarded by that.
                if let Some(known) = &self.stored {
                    let table = known.table.clone();
                    self.lead_by(now, &table, outputs);
                }
            }
            None if self.stored.is_none() => {
                let table = ShardTable::new(self.settings.shards);
                self.lead_by(now, &table, outputs);
            }
            // The store has lost it, or what was read is older than what was heard.
            None => self.look_at = now + self.settings.look / 8,
        }
    }

    /// Goes by what is stored, if this node leads.
    fn lead_by(&mut self, now: Monotonic, table: &ShardTable, outputs: &mut Outputs<M>) {
        let gone = table.nodes().iter();
        let gone = gone.filter(|it| self.membership.is_gone(it)).cloned();
        let gone = gone.collect();
        let leading = self.leading.as_mut();
        let wish = leading.and_then(|it| it.read(now, table, gone));
        self.fulfil(now, wish, outputs);
    }

    fn learn(&mut self, now: Monotonic, stored: StoredTable, outputs: &mut Outputs<M>) {
        let table = stored.table.clone();
        self.adopt(now, stored, outputs);
        let leading = self.leading.as_mut();
        let wish = leading.and_then(|it| it.heard(now, &table));
        self.fulfil(now, wish, outputs);
    }

    fn written(&mut self, now: Monotonic, revision: u64, outputs: &mut Outputs<M>) {
        let leading = self.leading.as_mut();
        if let Some(table) = leading.and_then(Leading::take_written) {
            self.adopt(now, StoredTable { revision, table }, outputs);
            let leading = self.leading.as_mut();
            let wish = leading.and_then(|it| it.written(now));
            self.fulfil(now, wish, outputs);
        }
    }

    /// Goes by the table from now on, unless it is older than the one that is known.
    fn adopt(&mut self, now: Monotonic, stored: StoredTable, outputs: &mut Outputs<M>) {
        let known = self.stored.as_ref().map(|it| it.revision);
        if known.is_some_and(|known| stored.revision <= known) {
            return;
        }
        let table = stored.table.clone();
        let before = self.stored.replace(stored);
        let bereft = before.map(|it| table.bereft_since(&it.table));
        if self.me.epoch < table.last_seizure() && !table.nodes().contains(&self.me.process) {
            // It gets no shards before that is known.
            self.beat_at = now;
        }
        self.me.epoch = table.epoch();
        outputs.push(NodeOutput::Table(table.clone()));
        outputs.push(NodeOutput::Event(ClusterEvent::Table(table.epoch())));
        self.host(now, HostInput::Table(table), outputs);
        for process in bereft.into_iter().flatten() {
            self.bereave(now, process, outputs);
        }
    }

    fn bereave(&mut self, now: Monotonic, process: NodeProcess, outputs: &mut Outputs<M>) {
        if process != self.me.process {
            self.member(now, MembershipInput::Bereft(process), outputs);
        } else if self.stage == Stage::Here {
            self.expel(now, outputs);
        }
    }

    // Shards.

    fn host(&mut self, now: Monotonic, input: HostInput<M>, outputs: &mut Outputs<M>) {
        let (mut released, mut done) = (Vec::new(), Vec::new());
        let (mut begun, mut lost) = (Vec::new(), Vec::new());
        for output in self.host.step(now, input) {
            outputs.push(match output {
                HostOutput::Begin {
                    shard,
                    since,
                    seized,
                } => {
                    begun.extend(self.serving.insert(shard).then_some(shard));
                    NodeOutput::Begin {
                        shard,
                        since,
                        seized,
                    }
                }
                HostOutput::Dispatch {
                    shard,
                    tenure,
                    message,
                } => NodeOutput::Dispatch {
                    shard,
                    tenure,
                    message,
                },
                HostOutput::Forward { shard, to, message } => {
                    NodeOutput::Forward { shard, to, message }
                }
                HostOutput::Refuse { message, refusal } => NodeOutput::Refuse { message, refusal },
                HostOutput::Warm(shard) => NodeOutput::Warm(shard),
                HostOutput::Lose(shard) => {
                    lost.extend(self.serving.take(&shard));
                    NodeOutput::End(shard)
                }
                HostOutput::Release { shard, to, epoch } => {
                    done.extend(self.serving.take(&shard));
                    let from = self.me.process.clone();
                    released.push(ReleasedShard {
                        shard,
                        from,
                        to,
                        epoch,
                    });
                    NodeOutput::End(shard)
                }
            });
        }
        if !released.is_empty() {
            outputs.push(NodeOutput::Release(released));
        }
        let events = [
            (begun, ClusterEvent::Began as fn(_) -> _),
            (done, ClusterEvent::Released),
            (lost, ClusterEvent::Lost),
        ];
        let events = events.into_iter().filter(|(shards, _)| !shards.is_empty());
        outputs.extend(events.map(|(shards, event)| NodeOutput::Event(event(shards))));
    }

    // Going away.

    fn instructed(&mut self, now: Monotonic, availability: Availability, outputs: &mut Outputs<M>) {
        let may_stay = matches!(self.stage, Stage::Here | Stage::Draining | Stage::Drained);
        if !may_stay || self.me.availability == availability {
            return;
        }
        self.stage = match availability {
            Availability::Active | Availability::Cordoned => Stage::Here,
            Availability::Draining => Stage::Draining,
        };
        self.offer(now, availability, outputs);
    }

    fn leave(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        if matches!(self.stage, Stage::Here | Stage::Draining | Stage::Drained) {
            self.stage = Stage::Leaving;
            self.offer(now, Availability::Draining, outputs);
        }
    }

    fn offer(&mut self, now: Monotonic, availability: Availability, outputs: &mut Outputs<M>) {
        if self.me.availability != availability {
            self.me.availability = availability;
            self.beat_at = now;
            let event = ClusterEvent::Instructed(availability);
            outputs.push(NodeOutput::Event(event));
        }
    }

    fn resign(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        self.stage = Stage::Resigning;
        self.elect(now, ElectionInput::Resign, outputs);
    }

    fn go_away(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        if matches!(self.stage, Stage::Draining | Stage::Leaving) && self.has_given() {
            if self.stage == Stage::Leaving {
                self.resign(now, outputs);
            } else {
                self.stage = Stage::Drained;
            }
            outputs.push(NodeOutput::Event(ClusterEvent::Drained));
        }
        if self.stage == Stage::Resigning && self.leader() != Some(&self.me.process) {
            self.stage = Stage::Gone;
            outputs.push(NodeOutput::Gone);
        }
    }

    /// Whether it has no shards, or there is nobody to take them.
    fn has_given(&self) -> bool {
        let table = self.table();
        let is_free = table.is_none_or(|it| it.nodes().iter().all(|it| !self.is_me(it)));
        // It has been heard that it drains, so nothing is on its way here any more.
        is_free || (self.heard_me.is_some() && !self.is_there_a_taker())
    }

    /// Whether another node takes shards, or has some and was not heard yet.
    fn is_there_a_taker(&self) -> bool {
        let mut members = self.membership.members();
        let is_taker =
            |it: &Heartbeat| !self.is_me(&it.process) && it.availability == Availability::Active;
        let nodes = self.table().into_iter().flat_map(ShardTable::nodes);
        let mut others = nodes.filter(|it| !self.is_me(it) && !self.membership.is_gone(it));
        let is_heard = |node: &NodeProcess| self.membership.members().any(|it| it.process == *node);
        members.any(is_taker) || others.any(|it| !is_heard(it))
    }

    fn is_me(&self, process: &NodeProcess) -> bool {
        *process == self.me.process
    }
}

#[cfg(test)]
mod tests;

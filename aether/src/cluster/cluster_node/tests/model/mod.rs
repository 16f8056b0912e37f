use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

mod network;
mod seen;
mod troubles;

pub(super) use self::seen::Seen;
use super::{
    script::Trouble,
    trace::{State, Trace},
};
use crate::cluster::{
    Availability, ClusterEvent, ClusterNode, ClusterOrder, ElectionInput, Epoch, FencingToken,
    Incarnation, LeaderKey, LeaderRecord, Monotonic, NodeId, NodeInput, NodeOutput, NodeProcess,
    NodeSettings, OrderOutcome, PingAnswer, Shard, ShardCount, ShardTable, StoredTable,
    chance::Chance,
};

pub(super) const NODES: usize = 4;
pub(super) const SHARDS: u32 = 32;
const TROUBLE_ENDS: Monotonic = Monotonic::after(Duration::from_secs(25));
/// Nothing is lost on the way any more.
const NETWORK_HEALS: Monotonic = Monotonic::after(Duration::from_secs(35));
const END: Monotonic = Monotonic::after(Duration::from_secs(50));
/// Nobody gives orders any more. A leader repeats the last ones for two seconds.
const OPERATORS_END: Monotonic = Monotonic::after(Duration::from_secs(27));
/// All nodes take their share from here on.
const OPERATORS_REST: Monotonic = Monotonic::after(Duration::from_secs(30));

/// What is left out, to see that it is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    None,
    NoDismissal,
    NoLook,
}

type Input = NodeInput<u64>;

#[derive(Debug, Clone)]
enum Event {
    /// Something reaches the process of this incarnation.
    Told(usize, u64, Input),
    Wake(usize, u64),
    /// A ping arrives, or there is nobody where it goes.
    Pinged(usize, u64, u64, NodeProcess),
    /// A request reaches the store, or is lost.
    ReadLeader(usize, u64, u64),
    WriteLeader(usize, u64, u64, u64, Option<LeaderRecord>),
    ReadTable(usize, u64),
    WriteTable(usize, u64, u64, u64, ShardTable),
    Trouble,
    Start(usize),
    Thaw(usize),
    Script(Trouble),
    Operate,
    Rest,
}

/// A process, and the shards that it has.
struct Running {
    node: ClusterNode<u64>,
    incarnation: u64,
    serves: BTreeSet<Shard>,
    /// What it has according to its events.
    told: BTreeSet<Shard>,
    /// What has come while it does not move.
    frozen: Option<Vec<Event>>,
}

impl Running {
    fn has_shards(&self) -> bool {
        !self.serves.is_empty()
    }
}

pub(super) struct Model {
    chance: Chance,
    flaw: Flaw,
    now: Monotonic,
    events: BTreeMap<(Monotonic, u64), Event>,
    count: u64,
    running: BTreeMap<usize, Running>,
    revision: u64,
    leader: LeaderKey,
    table: Option<StoredTable>,
    /// The tables that nodes went by.
    tables: BTreeMap<Epoch, ShardTable>,
    token: FencingToken,
    /// The last process of each node from which everything was taken.
    dropped: BTreeMap<NodeId, Incarnation>,
    pub(super) seen: Seen,
    pub(super) trace: Trace,
    end: Monotonic,
    /// Nothing is lost on the way.
    is_scripted: bool,
}

impl Model {
    pub(super) fn new(seed: u64, flaw: Flaw) -> Self {
        let mut model = Self::empty(seed, flaw);
        for number in 0..NODES {
            model.later(0, 200, Event::Start(number));
        }
        // Some have not been heard by all yet.
        model.later(0, 6_000, Event::Trouble);
        model
    }

    /// The same, and someone gives orders meanwhile.
    pub(super) fn operated(seed: u64) -> Self {
        let mut model = Self::new(seed, Flaw::None);
        model.later(0, 3_000, Event::Operate);
        model.at(OPERATORS_REST, Event::Rest);
        model
    }

    /// Nothing happens but what a script says, by the millisecond.
    pub(super) fn scripted(script: &[(u64, Trouble)], end: Duration) -> Self {
        let mut model = Self::empty(0, Flaw::None);
        for (millis, trouble) in script {
            let at = Monotonic::after(Duration::from_millis(*millis));
            model.at(at, Event::Script(trouble.clone()));
        }
        model.end = Monotonic::after(end);
        model.is_scripted = true;
        model
    }

    fn empty(seed: u64, flaw: Flaw) -> Self {
        Self {
            chance: Chance::new(seed),
            flaw,
            now: Monotonic::ORIGIN,
            events: BTreeMap::new(),
            count: 0,
            running: BTreeMap::new(),
            revision: 0,
            leader: LeaderKey {
                revision: 0,
                record: None,
            },
            table: None,
            tables: BTreeMap::new(),
            token: FencingToken::default(),
            dropped: BTreeMap::new(),
            seen: Seen::default(),
            trace: Trace::default(),
            end: END,
            is_scripted: false,
        }
    }

    /// Runs to the end, and says what is wrong.
    pub(super) fn run(&mut self) -> Result<(), String> {
        while let Some(((at, _), event)) = self.events.pop_first() {
            if at > self.end {
                break;
            }
            self.now = at;
            self.happen(event)?;
        }
        self.check_end()
    }

    /// Whether something is lost that is lost so many times in a hundred.
    fn goes_astray(&mut self, percent: u64) -> bool {
        !self.is_scripted && self.chance.percent(percent)
    }

    fn later(&mut self, least: u64, most: u64, event: Event) {
        let at = self.now + self.chance.millis(least, most);
        self.at(at, event);
    }

    fn at(&mut self, at: Monotonic, event: Event) {
        self.count += 1;
        self.events.insert((at, self.count), event);
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Told(to, incarnation, input) => self.tell(to, incarnation, input),
            Event::Wake(to, incarnation) => self.wake(to, incarnation),
            Event::Pinged(by, incarnation, ping, process) => {
                self.pinged((by, incarnation), ping, &process);
            }
            Event::ReadLeader(by, incarnation, request) => {
                let key = self.leader.clone();
                let read = ElectionInput::Read { request, key };
                self.answer(by, incarnation, NodeInput::Election(read));
            }
            Event::WriteLeader(by, incarnation, request, expected, record) => {
                self.write_leader((by, incarnation), request, expected, record);
            }
            Event::ReadTable(by, incarnation) => {
                let stored = self.table.clone();
                self.answer(by, incarnation, NodeInput::TableRead(stored));
            }
            Event::WriteTable(by, incarnation, request, expected, table) => {
                self.write_table((by, incarnation), request, expected, table)?;
            }
            Event::Trouble => self.trouble(),
            Event::Start(number) => self.start(number),
            Event::Thaw(number) => self.thaw(number),
            Event::Script(trouble) => self.follow_script(trouble),
            Event::Operate => self.operate(),
            Event::Rest => self.rest(),
        }
        Ok(())
    }

    // Processes.

    fn start(&mut self, number: usize) {
        if self.running.contains_key(&number) {
            return;
        }
        self.revision += 1;
        let incarnation = self.revision;
        let node = NodeId::new(format!("node-{number}")).unwrap();
        let settings = NodeSettings {
            shards: ShardCount::new(SHARDS).unwrap(),
            ..NodeSettings::default()
        };
        let running = Running {
            node: ClusterNode::new(node.process(Incarnation(incarnation)), settings),
            incarnation,
            serves: BTreeSet::new(),
            told: BTreeSet::new(),
            frozen: None,
        };
        self.running.insert(number, running);
        self.trace.node(self.now, number, State::Here);
        let server = Arc::from("s");
        self.later(
            0,
            1,
            Event::Told(number, incarnation, NodeInput::Connected(server)),
        );
    }

    fn alive(&mut self, number: usize, incarnation: u64) -> Option<&mut Running> {
        let running = self.running.get_mut(&number);
        running.filter(|it| it.incarnation == incarnation)
    }

    fn wake(&mut self, number: usize, incarnation: u64) {
        let now = self.now;
        let due = self.alive(number, incarnation);
        if due.is_some_and(|it| it.node.next_wake() <= now) {
            self.tell(number, incarnation, NodeInput::Tick);
        }
    }

    fn tell(&mut self, number: usize, incarnation: u64, input: Input) {
        let now = self.now;
        let Some(running) = self.alive(number, incarnation) else {
            return;
        };
        if let Some(waiting) = &mut running.frozen {
            waiting.push(Event::Told(number, incarnation, input));
            return;
        }
        let outputs = running.node.step(now, input);
        for output in outputs {
            self.follow(number, incarnation, output);
        }
        if let Some(running) = self.alive(number, incarnation) {
            let wake = running.node.next_wake().max(now + Duration::from_millis(1));
            self.at(wake, Event::Wake(number, incarnation));
        }
    }

    fn follow(&mut self, from: usize, incarnation: u64, output: NodeOutput<u64>) {
        let me = (from, incarnation);
        match output {
            NodeOutput::Beat(heartbeat) => self.broadcast(2, &NodeInput::Heard(heartbeat)),
            NodeOutput::Ping { ping, process } => {
                self.later(1, 3, Event::Pinged(from, incarnation, ping, process));
            }
            NodeOutput::AskServer { question, .. } => self.server_answers(me, question),
            NodeOutput::Dismiss(process) => {
                if self.flaw != Flaw::NoDismissal {
                    let to = number(&process);
                    let told = Event::Told(to, process.incarnation.0, NodeInput::Dismissed);
                    self.later(1, 5, told);
                }
            }
            NodeOutput::ReadLeader { request } => {
                self.ask(Event::ReadLeader(from, incarnation, request));
            }
            NodeOutput::WriteLeader {
                request,
                expected,
                record,
            } => self.ask(Event::WriteLeader(
                from,
                incarnation,
                request,
                expected,
                record,
            )),
            NodeOutput::ReadTable if self.flaw == Flaw::NoLook && self.table.is_some() => {
                self.read_if_it_leads(from, incarnation);
            }
            NodeOutput::ReadTable => self.ask_for_sure(me, Event::ReadTable(from, incarnation)),
            NodeOutput::WriteTable {
                request,
                expected,
                table,
            } => {
                let write = Event::WriteTable(from, incarnation, request, expected, table);
                self.ask_for_sure(me, write);
            }
            NodeOutput::Release(all) => {
                self.seen.note("release");
                self.broadcast(2, &NodeInput::Released(all));
            }
            NodeOutput::Begin { shard, .. } => {
                let running = self.running.get_mut(&from).unwrap();
                running.serves.insert(shard);
                self.trace.serves(self.now, shard, from);
            }
            NodeOutput::End(shard) => {
                let running = self.running.get_mut(&from).unwrap();
                running.serves.remove(&shard);
                self.trace.ends(self.now, shard, from);
            }
            NodeOutput::Instruct {
                process,
                availability,
            } => self.instruct(&process, availability),
            NodeOutput::Answer { outcome, .. } => self.answered(&outcome),
            NodeOutput::Event(event) => self.note(from, &event),
            NodeOutput::Expelled => self.expelled(from),
            NodeOutput::Gone => self.left(from),
            NodeOutput::Table(table) => self.goes_by(&table),
            NodeOutput::Warm(_)
            | NodeOutput::Dispatch { .. }
            | NodeOutput::Forward { .. }
            | NodeOutput::Refuse { .. } => {}
        }
    }

    /// Somebody goes by a table: it is the one of its epoch.
    fn goes_by(&mut self, table: &ShardTable) {
        let known = self.tables.entry(table.epoch());
        let known = known.or_insert_with(|| table.clone());
        assert_eq!(known, table, "two tables of an epoch");
    }

    fn instruct(&mut self, process: &NodeProcess, availability: Availability) {
        if !self.goes_astray(5) {
            let told = NodeInput::Instructed(availability);
            let told = Event::Told(number(process), process.incarnation.0, told);
            self.later(1, 5, told);
        }
    }

    fn expelled(&mut self, number: usize) {
        self.seen.note("dismissed");
        self.remove(number);
        self.later(1, 300, Event::Start(number));
    }

    fn left(&mut self, number: usize) {
        self.seen.note("gone");
        let left = self.remove(number).unwrap();
        let process = left.node.process().clone();
        self.broadcast(0, &NodeInput::Left(process));
        self.later(500, 3_000, Event::Start(number));
    }

    fn remove(&mut self, number: usize) -> Option<Running> {
        self.trace.node(self.now, number, State::Gone);
        self.running.remove(&number)
    }

    fn answered(&mut self, outcome: &OrderOutcome) {
        self.seen.note(match outcome {
            OrderOutcome::Obeyed { .. } => "obeyed",
            OrderOutcome::Rebalancing { .. } => "rebalance",
            OrderOutcome::UnknownNode => "unknown node",
            OrderOutcome::Alone => "alone",
            OrderOutcome::Unheard(_) => "unheard",
            OrderOutcome::Superseded(_) => "superseded",
            OrderOutcome::NotLeading(_) => "not leading",
        });
    }

    /// A shard that comes or goes is told once, also if its release has to be said again.
    fn check_told(&mut self, from: usize, event: &ClusterEvent) {
        let told = &mut self.running.get_mut(&from).unwrap().told;
        if let ClusterEvent::Began(shards) = event {
            assert!(shards.iter().all(|it| told.insert(*it)), "{event:?}");
        }
        if let ClusterEvent::Released(shards) | ClusterEvent::Lost(shards) = event {
            assert!(shards.iter().all(|it| told.remove(it)), "{event:?}");
        }
    }

    fn note(&mut self, from: usize, event: &ClusterEvent) {
        self.check_told(from, event);
        let me = self.running[&from].node.process();
        if let ClusterEvent::Leader(Some(leader)) = event
            && leader == me
        {
            self.trace.leads(self.now, Some(from));
        }
        if let ClusterEvent::Instructed(availability) = event {
            let state = match availability {
                Availability::Draining => State::Draining,
                Availability::Active | Availability::Cordoned => State::Here,
            };
            self.trace.node(self.now, from, state);
        }
        let what = match event {
            ClusterEvent::Died(..) => "died",
            ClusterEvent::Left(_) => "left",
            ClusterEvent::Drained => "drained",
            ClusterEvent::Leader(Some(_)) => "lead",
            ClusterEvent::SteppedDown => "step down",
            ClusterEvent::Instructed(_) => "instructed",
            ClusterEvent::Leader(None)
            | ClusterEvent::Joined(_)
            | ClusterEvent::Suspected(_)
            | ClusterEvent::Trusted(_)
            | ClusterEvent::Table(_)
            | ClusterEvent::Began(_)
            | ClusterEvent::Released(_)
            | ClusterEvent::Lost(_)
            | ClusterEvent::Returned(_)
            | ClusterEvent::Missed(_) => return,
        };
        self.seen.note(what);
    }

    fn check_end(&self) -> Result<(), String> {
        let table = &self.table.as_ref().ok_or("there is no table")?.table;
        if table.moving().len() > 0 || self.running.len() != NODES {
            return Err(format!("{} nodes, {table:?}", self.running.len()));
        }
        for (shard, owner) in table.owners() {
            let serving = self
                .running
                .values()
                .filter(|it| it.serves.contains(&shard));
            let serving: Vec<_> = serving.map(|it| it.node.process()).collect();
            if owner.is_none() || serving != owner.into_iter().collect::<Vec<_>>() {
                return Err(format!(
                    "shard {shard} of {owner:?} is served by {serving:?}"
                ));
            }
        }
        let loads = self.running.values().map(|it| it.serves.len());
        let loads: Vec<_> = loads.collect();
        let is_fair = loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 1;
        let leaders = self.running.values().filter(|it| it.node.leads()).count();
        if is_fair && leaders == 1 {
            return Ok(());
        }
        Err(format!("{loads:?}, {leaders} leaders"))
    }
}

fn number(process: &NodeProcess) -> usize {
    let number = process.node.as_str().trim_start_matches("node-");
    number.parse().unwrap()
}

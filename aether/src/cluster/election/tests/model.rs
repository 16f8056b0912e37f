//! A cluster of elections that is played with: drifting clocks, a store with one key, a network
//! that loses, delays and doubles, processes that pause and crash, and a register that obeys the
//! leaders.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use super::{super::*, process};
use crate::cluster::{Incarnation, chance::Chance};

/// What is left out, to see that it is missed. The product has no such choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    None,
    /// The register obeys any leader, whatever its token.
    UncheckedToken,
    /// A process leads on for two seconds after its election told it to stop.
    LateStop,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Only who is gone is reported dead.
    Honest,
    /// So are some that live.
    Slander,
}

/// What a run was like.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) healed_in: Duration,
    pub(super) tenures: u64,
}

const NODES: usize = 5;
/// Until when things go wrong, and until when it is watched that they are well again.
const HEALED: Duration = Duration::from_mins(1);
const END: Duration = Duration::from_secs(90);
/// By when there is a leader after that: the lease, two answers that do not come and a pause, on
/// the slowest clock (4 + 2 · 0.5 + 0.25 s over 0.82), and a few deliveries.
const BOUND: Duration = Duration::from_millis(6_600);
const EXTRA: Duration = Duration::from_secs(2);

#[derive(Debug, Clone)]
enum Event {
    /// To a process of a node: what its election is told.
    Told(usize, Incarnation, ElectionInput),
    /// To the store, from a process of a node.
    Asked(usize, Incarnation, ElectionOutput),
    /// To the register: a leader's order.
    Ordered(usize, FencingToken),
    /// What a process waited for has come, if it still waits for that.
    Wake(usize, u64),
    /// A leader looks at its token and orders something.
    Order(usize),
    Trouble,
    Heal,
}

struct Node {
    election: LeaderElection,
    incarnation: Incarnation,
    up: bool,
    /// Which of its waits counts.
    waits: u64,
    paused_until: Duration,
    /// What its clock says at the beginning, and how fast it runs, in hundredths.
    origin: Duration,
    rate: u32,
    /// Until when it goes on after it was told to stop.
    late: Option<(FencingToken, Duration)>,
}

pub(super) struct Model {
    chance: Chance,
    trouble: Trouble,
    flaw: Flaw,
    now: Duration,
    events: BTreeMap<(Duration, u64), Event>,
    scheduled: u64,
    nodes: Vec<Node>,
    key: LeaderKey,
    outage_until: Duration,
    /// The largest token that the register has obeyed, and whose each was.
    obeyed: FencingToken,
    owners: HashMap<FencingToken, usize>,
    led_since_healing: Option<Duration>,
    tenures: u64,
}

impl Model {
    pub(super) fn new(seed: u64, trouble: Trouble, flaw: Flaw) -> Self {
        let mut chance = Chance::new(seed);
        let nodes = (0..NODES).map(|number| Node {
            election: elect(number, Incarnation(1)),
            incarnation: Incarnation(1),
            up: true,
            waits: 0,
            paused_until: Duration::ZERO,
            origin: chance.millis(0, 100_000),
            // The fastest over the slowest is 1.49; the lease bears 1.53.
            rate: u32::try_from(82 + chance.below(41)).unwrap(),
            late: None,
        });
        let mut model = Self {
            nodes: nodes.collect(),
            chance,
            trouble,
            flaw,
            now: Duration::ZERO,
            events: BTreeMap::new(),
            scheduled: 0,
            key: LeaderKey {
                revision: 0,
                record: None,
            },
            outage_until: Duration::ZERO,
            obeyed: FencingToken::default(),
            owners: HashMap::new(),
            led_since_healing: None,
            tenures: 0,
        };
        for node in 0..NODES {
            model.wake(node, Duration::ZERO);
            model.schedule(Duration::ZERO, Event::Order(node));
        }
        model.schedule(Duration::from_millis(500), Event::Trouble);
        model
    }

    pub(super) fn run(mut self) -> Result<Run, String> {
        while let Some(((at, _), event)) = self.events.pop_first() {
            if at > END {
                break;
            }
            self.now = at;
            self.happen(event)?;
            self.check_exclusive()?;
        }
        let first = self.led_since_healing.ok_or("nobody led after healing")?;
        let leaders = (0..NODES).filter(|it| self.believes(*it).is_some());
        if leaders.count() != 1 {
            return Err("there is not one leader at the end".to_owned());
        }
        let healed_in = first.saturating_sub(HEALED);
        if healed_in > BOUND {
            return Err(format!("a leader only {healed_in:?} after healing"));
        }
        Ok(Run {
            healed_in,
            tenures: self.tenures,
        })
    }

    fn schedule(&mut self, after: Duration, event: Event) {
        self.scheduled += 1;
        self.events
            .insert((self.now + after, self.scheduled), event);
    }

    fn healed(&self) -> bool {
        self.now >= HEALED
    }

    fn local(&self, node: usize) -> Monotonic {
        let node = &self.nodes[node];
        Monotonic::after(node.origin + self.now * node.rate / 100)
    }

    fn wake(&mut self, node: usize, after: Duration) {
        self.nodes[node].waits += 1;
        self.schedule(after, Event::Wake(node, self.nodes[node].waits));
    }

    /// The token with which a node gives orders now.
    fn believes(&self, node: usize) -> Option<FencingToken> {
        let it = &self.nodes[node];
        let late = it.late.filter(|(_, until)| self.now < *until && it.up);
        let led = it.election.token(self.local(node)).filter(|_| it.up);
        led.or(late.map(|(token, _)| token))
    }

    /// Without slander, at most one process leads at any moment.
    fn check_exclusive(&self) -> Result<(), String> {
        let leaders: Vec<_> = (0..NODES)
            .filter(|it| self.believes(*it).is_some())
            .collect();
        if self.trouble == Trouble::Honest && leaders.len() > 1 {
            return Err(format!("at {:?} the nodes {leaders:?} lead", self.now));
        }
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Told(node, incarnation, input) => self.step(node, incarnation, input),
            Event::Wake(node, wait) if wait != self.nodes[node].waits => {}
            Event::Wake(node, _) => {
                self.step(node, self.nodes[node].incarnation, ElectionInput::Tick);
            }
            Event::Asked(node, incarnation, output) => self.ask(node, incarnation, output),
            Event::Order(node) => self.order(node),
            Event::Ordered(node, token) => return self.obey(node, token),
            Event::Trouble => self.make_trouble(),
            Event::Heal => self.heal(),
        }
        Ok(())
    }

    fn step(&mut self, node: usize, incarnation: Incarnation, input: ElectionInput) {
        let it = &self.nodes[node];
        if !it.up || it.incarnation != incarnation {
            return;
        }
        if it.paused_until > self.now {
            let left = it.paused_until.saturating_sub(self.now);
            let woken = Event::Told(node, incarnation, input);
            return self.schedule(left, woken);
        }
        let local = self.local(node);
        for output in self.nodes[node].election.step(local, input) {
            match output {
                ElectionOutput::Lead(_) => self.tenures += 1,
                ElectionOutput::Stop(token) if self.flaw == Flaw::LateStop => {
                    self.nodes[node].late = Some((token, self.now + EXTRA));
                }
                ElectionOutput::Stop(_) | ElectionOutput::Follow(_) => {}
                ElectionOutput::Read { .. } | ElectionOutput::Write { .. } => {
                    self.send(Event::Asked(node, incarnation, output));
                }
            }
        }
        let it = &self.nodes[node];
        let after = it.election.next_wake().since(local) * 100 / it.rate;
        // A driver is not on time to the microsecond.
        self.wake(node, after + Duration::from_micros(50));
    }

    /// Over the network, as it is at the time.
    fn send(&mut self, event: Event) {
        if self.healed() {
            let delay = self.chance.millis(1, 10);
            return self.schedule(delay, event);
        }
        let copies = match self.chance.below(100) {
            0..10 => 0,
            10..20 => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let most = if self.chance.percent(5) { 6_000 } else { 60 };
            let delay = self.chance.millis(1, most);
            // What is under way when the network heals arrives soon after.
            let latest = HEALED.saturating_sub(self.now) + self.chance.millis(1, 20);
            self.schedule(delay.min(latest), event.clone());
        }
    }

    fn ask(&mut self, node: usize, incarnation: Incarnation, output: ElectionOutput) {
        if self.now < self.outage_until {
            return;
        }
        let answer = match output {
            ElectionOutput::Read { request } => ElectionInput::Read {
                request,
                key: self.key.clone(),
            },
            ElectionOutput::Write {
                request, expected, ..
            } if expected != self.key.revision => ElectionInput::Refused { request },
            ElectionOutput::Write {
                request, record, ..
            } => {
                let revision = self.key.revision + 1;
                self.key = LeaderKey { revision, record };
                self.notify();
                ElectionInput::Written { request, revision }
            }
            ElectionOutput::Lead(_) | ElectionOutput::Stop(_) | ElectionOutput::Follow(_) => return,
        };
        self.send(Event::Told(node, incarnation, answer));
    }

    fn notify(&mut self) {
        for node in 0..NODES {
            let notice = ElectionInput::Watched(self.key.clone());
            let incarnation = self.nodes[node].incarnation;
            self.send(Event::Told(node, incarnation, notice));
        }
    }

    fn order(&mut self, node: usize) {
        let paused = self.nodes[node].paused_until > self.now;
        if let Some(token) = self.believes(node).filter(|_| !paused) {
            self.send(Event::Ordered(node, token));
        }
        let next = self.chance.millis(50, 150);
        self.schedule(next, Event::Order(node));
    }

    fn obey(&mut self, node: usize, token: FencingToken) -> Result<(), String> {
        if token < self.obeyed {
            if self.flaw != Flaw::UncheckedToken {
                return Ok(());
            }
            return Err(format!("at {:?} the past was obeyed: {token:?}", self.now));
        }
        self.obeyed = token;
        if *self.owners.entry(token).or_insert(node) != node {
            return Err(format!("two nodes have {token:?}"));
        }
        if self.healed() && self.believes(node) == Some(token) {
            self.led_since_healing.get_or_insert(self.now);
        }
        Ok(())
    }

    fn make_trouble(&mut self) {
        let node = usize::try_from(self.chance.below(NODES as u64)).unwrap();
        match self.chance.below(10) {
            0..3 => self.nodes[node].paused_until = self.now + self.chance.millis(10, 9_000),
            3 => self.outage_until = self.now + self.chance.millis(100, 9_000),
            4 | 5 => self.crash(node),
            6 => {
                let incarnation = self.nodes[node].incarnation;
                self.send(Event::Told(node, incarnation, ElectionInput::Resign));
            }
            7 | 8 if self.trouble == Trouble::Slander => self.report(self.key.record.clone()),
            _ => self.restart_the_dead(),
        }
        let next = self.chance.millis(200, 3_000);
        if self.now + next < HEALED {
            self.schedule(next, Event::Trouble);
        } else {
            self.schedule(HEALED.saturating_sub(self.now), Event::Heal);
        }
    }

    fn crash(&mut self, node: usize) {
        let it = &mut self.nodes[node];
        it.up = false;
        it.late = None;
        let gone = process(&format!("n{node}")).node.process(it.incarnation);
        let record = self.key.record.clone().filter(|it| it.leader == gone);
        if self.chance.percent(50) {
            self.report(record);
        }
    }

    fn report(&mut self, holder: Option<LeaderRecord>) {
        let Some(holder) = holder else { return };
        for node in 0..NODES {
            let incarnation = self.nodes[node].incarnation;
            let died = ElectionInput::Died(holder.leader.clone());
            self.send(Event::Told(node, incarnation, died));
        }
    }

    fn restart_the_dead(&mut self) {
        for node in 0..NODES {
            if self.nodes[node].up {
                continue;
            }
            let it = &mut self.nodes[node];
            it.incarnation.0 += 1;
            it.election = elect(node, it.incarnation);
            (it.up, it.late) = (true, None);
            self.wake(node, Duration::ZERO);
        }
    }

    fn heal(&mut self) {
        self.outage_until = Duration::ZERO;
        for node in 0..NODES {
            let paused = &mut self.nodes[node].paused_until;
            *paused = self.now.min(*paused);
            self.wake(node, Duration::ZERO);
        }
        // Whoever has resigned does not stand again; this one does. It may be the leader who goes.
        self.nodes[0].up = false;
        self.restart_the_dead();
    }
}

fn elect(node: usize, incarnation: Incarnation) -> LeaderElection {
    let me = process(&format!("n{node}")).node.process(incarnation);
    LeaderElection::new(me, LeaseTiming::default())
}

//! Processes on messaging servers, as one node hears of them: they are killed, freeze, and connect
//! anew when their server goes; the node itself pauses; and anyone complains of anyone.

use std::collections::BTreeSet;

use super::*;
use crate::cluster::chance::Chance;

const NODES: usize = 6;
const SERVERS: u64 = 3;
const END: Duration = Duration::from_secs(40);

/// The longest that a dead process may be a member: silence for a second, counted from a heartbeat
/// that came 20 ms late, and one beat until the node looks again, none of it while it is paused.
const SILENCE: Duration = Duration::from_millis(1_300);
/// The same if someone complains of it and its server lives: five deliveries.
const COMPLAINT: Duration = Duration::from_millis(200);
/// The same if it is frozen and a request to it times out: two pings, and what is under way.
const FROZEN: Duration = Duration::from_millis(450);

#[derive(Debug, Clone)]
enum Event {
    Told(MembershipInput),
    /// A ping arrives where its process is, or is not.
    Pinged(u64, NodeProcess),
    /// A question arrives where its server is, or is not.
    Asked(u64, u64),
    Beat(usize, Incarnation),
    Wake(u64),
    Trouble,
    /// A node is on this server from now on.
    Connected(usize, Incarnation, u64),
    /// By now it must be known that this process is dead, unless something came in between: a
    /// pause, or, if that is given, any other trouble.
    Deadline(NodeProcess, u64, Option<u64>),
}

#[derive(Debug)]
struct Node {
    incarnation: Incarnation,
    alive: bool,
    /// It is not alive, but its connection is: nobody answers, and nobody says so.
    frozen: bool,
    server: Option<u64>,
}

pub(super) struct Model {
    chance: Chance,
    now: Duration,
    events: BTreeMap<(Duration, u64), Event>,
    scheduled: u64,
    membership: Membership<FixedTimeout>,
    nodes: Vec<Node>,
    /// Each server is another one after it was started again.
    servers: u64,
    lost: BTreeSet<u64>,
    members: BTreeSet<NodeProcess>,
    dead: BTreeSet<NodeProcess>,
    pinged: BTreeMap<NodeProcess, Duration>,
    wakes: u64,
    paused_until: Duration,
    /// How often the node was paused: a deadline that spans a pause does not count.
    pauses: u64,
    troubles: u64,
    deaths: u64,
    /// How many times the quick way was open.
    witnessed: u64,
}

impl Model {
    pub(super) fn new(seed: u64) -> Self {
        let timing = MembershipTiming::default();
        let mut model = Self {
            chance: Chance::new(seed),
            now: Duration::ZERO,
            events: BTreeMap::new(),
            scheduled: 0,
            membership: Membership::new(timing, FixedTimeout::default()),
            nodes: Vec::new(),
            servers: SERVERS,
            lost: BTreeSet::new(),
            members: BTreeSet::new(),
            dead: BTreeSet::new(),
            pinged: BTreeMap::new(),
            wakes: 0,
            paused_until: Duration::ZERO,
            pauses: 0,
            troubles: 0,
            deaths: 0,
            witnessed: 0,
        };
        for node in 0..NODES {
            let server = model.chance.below(SERVERS);
            model.nodes.push(Node {
                incarnation: Incarnation(1),
                alive: true,
                frozen: false,
                server: Some(server),
            });
            model.schedule(Duration::ZERO, Event::Beat(node, Incarnation(1)));
        }
        model.schedule(Duration::from_secs(1), Event::Trouble);
        model
    }

    /// How many deaths were noticed, and how often the quick way was open.
    pub(super) fn run(mut self) -> Result<(u64, u64), String> {
        while let Some(((at, _), event)) = self.events.pop_first() {
            if at > END {
                break;
            }
            self.now = at;
            self.happen(event)
                .map_err(|violation| format!("at {:?}: {violation}", self.now))?;
        }
        Ok((self.deaths, self.witnessed))
    }

    fn schedule(&mut self, after: Duration, event: Event) {
        self.scheduled += 1;
        self.events
            .insert((self.now + after, self.scheduled), event);
    }

    fn deliver(&mut self, event: Event) {
        let delay = self.chance.millis(1, 20);
        self.schedule(delay, event);
    }

    fn process(&self, node: usize) -> NodeProcess {
        process(&format!("n{node}"))
            .node
            .process(self.nodes[node].incarnation)
    }

    fn node_of(&self, process: &NodeProcess) -> Option<&Node> {
        let found = (0..NODES).find(|node| self.process(*node) == *process);
        found.map(|node| &self.nodes[node])
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Told(input) => return self.step(input),
            Event::Wake(wake) if wake == self.wakes => return self.step(MembershipInput::Tick),
            Event::Wake(_) => {}
            Event::Pinged(ping, process) => self.answer(ping, &process),
            Event::Asked(question, server) => {
                if !self.lost.contains(&server) {
                    let answered = MembershipInput::ServerAnswered { question };
                    self.deliver(Event::Told(answered));
                }
            }
            Event::Beat(node, incarnation) => self.beat(node, incarnation),
            Event::Trouble => self.make_trouble(),
            Event::Connected(node, incarnation, server) => {
                let it = &mut self.nodes[node];
                if it.incarnation == incarnation {
                    it.server = Some(server);
                }
            }
            Event::Deadline(process, pauses, troubles) => {
                let counts = pauses == self.pauses && troubles.is_none_or(|it| it == self.troubles);
                if counts && self.members.contains(&process) {
                    return Err(format!("{process} is a member still"));
                }
            }
        }
        Ok(())
    }

    fn step(&mut self, input: MembershipInput) -> Result<(), String> {
        if self.paused_until > self.now {
            let left = self.paused_until.saturating_sub(self.now);
            self.schedule(left, Event::Told(input));
            return Ok(());
        }
        let now = Monotonic::after(self.now);
        for output in self.membership.step(now, input) {
            self.take(output)?;
        }
        self.wakes += 1;
        let after = self.membership.next_wake().since(now);
        self.schedule(after + Duration::from_micros(50), Event::Wake(self.wakes));
        Ok(())
    }

    fn take(&mut self, output: MembershipOutput) -> Result<(), String> {
        match output {
            MembershipOutput::Ping { ping, process } => {
                // Once in the time that its answer may take, but for a node that was paused.
                let last = self.pinged.insert(process.clone(), self.now);
                let soon = last.is_some_and(|last| self.now < last + Duration::from_millis(2));
                if soon && self.now > self.paused_until + Duration::from_millis(500) {
                    return Err(format!("{process} is pinged again at once"));
                }
                self.deliver(Event::Pinged(ping, process));
            }
            MembershipOutput::AskServer { question, server } => {
                self.deliver(Event::Asked(question, server.parse().unwrap()));
            }
            MembershipOutput::Joined(process) => {
                let later = |it: &NodeProcess| {
                    it.node == process.node && it.incarnation >= process.incarnation
                };
                if self.dead.iter().chain(&self.members).any(later) {
                    return Err(format!("{process} joins again"));
                }
                self.members.insert(process);
            }
            MembershipOutput::Died(process, cause) => {
                if !self.members.remove(&process) {
                    return Err(format!("{process} dies, and is no member"));
                }
                if self.node_of(&process).is_some_and(|it| it.alive) {
                    return Err(format!("{process} lives, and dies: {cause:?}"));
                }
                self.dead.insert(process);
                self.deaths += 1;
            }
            MembershipOutput::Dismiss(process) => {
                if self.node_of(&process).is_some_and(|it| it.alive) {
                    return Err(format!("{process} lives, and is dismissed"));
                }
            }
            MembershipOutput::Suspected(process) | MembershipOutput::Trusted(process) => {
                if !self.members.contains(&process) {
                    return Err(format!("{process} is no member"));
                }
            }
            MembershipOutput::Left(process) => return Err(format!("{process} did not leave")),
        }
        Ok(())
    }

    fn answer(&mut self, ping: u64, process: &NodeProcess) {
        let node = self.node_of(process);
        if node.is_some_and(|it| it.frozen) {
            return;
        }
        let server = node.filter(|it| it.alive);
        let answer = match server.and_then(|it| it.server) {
            Some(server) => PingAnswer::Alive(Arc::from(server.to_string())),
            None => PingAnswer::NoResponders,
        };
        self.deliver(Event::Told(MembershipInput::Answered { ping, answer }));
    }

    fn beat(&mut self, node: usize, incarnation: Incarnation) {
        let it = &self.nodes[node];
        if !it.alive || it.incarnation != incarnation {
            return;
        }
        if let Some(server) = it.server {
            let beat = heartbeat(&self.process(node), &server.to_string());
            self.deliver(Event::Told(MembershipInput::Heard(beat)));
        }
        let next = self.chance.millis(225, 275);
        self.schedule(next, Event::Beat(node, incarnation));
    }

    fn make_trouble(&mut self) {
        self.troubles += 1;
        let node = usize::try_from(self.chance.below(NODES as u64)).unwrap();
        match self.chance.below(8) {
            0 | 1 => self.kill(node),
            2 => self.restart(node),
            3 => self.lose_server(),
            4 => {
                let until = self.now + self.chance.millis(100, 5_000);
                self.paused_until = until.max(self.paused_until);
                self.pauses += 1;
            }
            _ => {
                let process = self.process(node);
                let complaint = if self.chance.percent(50) {
                    MembershipInput::TimedOut(process)
                } else {
                    MembershipInput::NoResponders(process)
                };
                self.deliver(Event::Told(complaint));
            }
        }
        let next = self.chance.millis(20, 2_000);
        self.schedule(next, Event::Trouble);
    }

    fn kill(&mut self, node: usize) {
        let process = self.process(node);
        if !self.nodes[node].alive || !self.members.contains(&process) {
            return;
        }
        let server = self.nodes[node].server;
        let frozen = self.chance.percent(30);
        (self.nodes[node].alive, self.nodes[node].frozen) = (false, frozen);
        if self.now < self.paused_until + Duration::from_millis(500) {
            return;
        }
        self.schedule(SILENCE, Event::Deadline(process.clone(), self.pauses, None));
        if frozen {
            let timed_out = MembershipInput::TimedOut(process.clone());
            self.schedule(Duration::from_millis(50), Event::Told(timed_out));
            let troubles = Some(self.troubles);
            self.schedule(FROZEN, Event::Deadline(process, self.pauses, troubles));
            return;
        }
        let witness = |it: &Node| it.alive && it.server == server && server.is_some();
        let witnessed = self.nodes.iter().any(witness);
        if self.chance.percent(50) && witnessed {
            let gone = MembershipInput::NoResponders(process.clone());
            self.deliver(Event::Told(gone));
            if self.only_dead_on(server, node) {
                let troubles = Some(self.troubles);
                self.schedule(COMPLAINT, Event::Deadline(process, self.pauses, troubles));
                self.witnessed += 1;
            }
        }
    }

    /// Whether all others that ever were on its server are there, and known to be.
    fn only_dead_on(&self, server: Option<u64>, node: usize) -> bool {
        let settled = self.servers == SERVERS;
        let others = (0..NODES).filter(|it| *it != node);
        let gone = |it: &usize| !self.nodes[*it].alive && self.nodes[*it].server == server;
        settled && !others.into_iter().any(|it| gone(&it))
    }

    fn restart(&mut self, node: usize) {
        if self.nodes[node].alive {
            return;
        }
        let server = self.chance.below(SERVERS);
        let it = &mut self.nodes[node];
        it.incarnation.0 += 1;
        (it.alive, it.frozen, it.server) = (true, false, Some(server));
        let incarnation = it.incarnation;
        self.schedule(Duration::ZERO, Event::Beat(node, incarnation));
    }

    /// A server goes, and its clients connect to one that has just been started.
    fn lose_server(&mut self) {
        let lost = self.chance.below(self.servers);
        self.servers += 1;
        self.lost.insert(lost);
        for node in 0..NODES {
            let it = &mut self.nodes[node];
            if it.server == Some(lost) {
                it.server = None;
                let (incarnation, server) = (it.incarnation, self.servers - 1);
                let after = self.chance.millis(5, 100);
                self.schedule(after, Event::Connected(node, incarnation, server));
            }
        }
    }
}

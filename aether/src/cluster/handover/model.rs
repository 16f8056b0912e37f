use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    time::Duration,
};

use super::{
    actor::Actor,
    member::{Member, Message, Name, name, process},
};
use crate::cluster::{
    Availability, BalanceTiming, Balancer, BalancerInput, BalancerOutput, Candidate, Epoch,
    FencingToken, HostInput, HostOutput, Monotonic, Refusal, Shard, ShardCount, ShardTable, Tenure,
    chance::Chance,
};

const NODES: usize = 4;
const SHARDS: u32 = 16;
const TROUBLE_ENDS: Monotonic = Monotonic::after(Duration::from_secs(12));
const LAST_CHANCE: Monotonic = Monotonic::after(Duration::from_secs(20));
const END: Monotonic = Monotonic::after(Duration::from_secs(24));

/// What is left out, to see that it is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    None,
    NoBarrier,
    BlindReader,
    HastyRelease,
    NoVersionCheck,
    NoSessions,
    NoTokenCheck,
}

#[derive(Debug)]
enum Event {
    /// Something reaches a process, or whichever its node has then.
    Input(usize, Option<u64>, HostInput<Message>),
    /// A command was decided on, and its event reaches the store.
    Decided(Name, Shard, Tenure, Message, u64),
    /// Something reaches the leader of this tenure.
    Leader(usize, BalancerInput),
    /// A table reaches the store.
    Write(usize, ShardTable),
    /// A client sends a command.
    Send(Shard, Message),
    Trouble,
    /// The process is missed.
    Missed(Name),
    Restart(usize),
    Retire(usize),
    Tick,
    Remind,
}

/// How often each thing happened.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<&'static str, u64>);

impl Seen {
    const ALL: [&str; 17] = [
        "barrier",
        "begin clean",
        "begin seized",
        "busy",
        "conflict",
        "crash",
        "dismissed",
        "done",
        "forward",
        "freeze",
        "lose",
        "moved",
        "release",
        "repeated",
        "stale",
        "superseded",
        "warm",
    ];

    fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (what, times) in &other.0 {
            *self.0.entry(what).or_default() += times;
        }
    }

    pub(super) fn is_everything(&self) -> bool {
        Self::ALL.iter().all(|what| self.0.contains_key(what))
    }
}

type Wrong = Result<(), String>;

pub(super) struct Model {
    chance: Chance,
    flaw: Flaw,
    now: Monotonic,
    events: BTreeMap<(Monotonic, u64), Event>,
    count: u64,
    members: BTreeMap<usize, Member>,
    incarnations: [u64; NODES],
    /// Who is thought to be there.
    present: BTreeMap<Name, Availability>,
    leaders: BTreeMap<usize, Balancer>,
    stored: ShardTable,
    actors: BTreeMap<Shard, Actor>,
    sent: u64,
    done: BTreeSet<Message>,
    /// Those that were sent when all was well again.
    owed: BTreeSet<Message>,
    pub(super) seen: Seen,
}

impl Model {
    pub(super) fn new(seed: u64, flaw: Flaw) -> Self {
        let mut model = Self {
            chance: Chance::new(seed),
            flaw,
            now: Monotonic::ORIGIN,
            events: BTreeMap::new(),
            count: 0,
            members: BTreeMap::new(),
            incarnations: [0; NODES],
            present: BTreeMap::new(),
            leaders: BTreeMap::new(),
            stored: ShardTable::new(ShardCount::new(SHARDS).unwrap()),
            actors: BTreeMap::new(),
            sent: 0,
            done: BTreeSet::new(),
            owed: BTreeSet::new(),
            seen: Seen::default(),
        };
        model.lead();
        for number in 0..NODES {
            model.later(0, 50, Event::Restart(number));
        }
        model.later(0, 1, Event::Tick);
        model.later(0, 1, Event::Remind);
        model.later(500, 1_000, Event::Trouble);
        model.later(
            200,
            300,
            Event::Send(model.stored.count().shard(0).unwrap(), 0),
        );
        model
    }

    /// Runs to the end, and says what is wrong.
    pub(super) fn run(&mut self) -> Wrong {
        while let Some(((at, _), event)) = self.events.pop_first() {
            if at > END {
                break;
            }
            self.now = at;
            self.happen(event)?;
        }
        self.check_end()
    }

    fn later(&mut self, least: u64, most: u64, event: Event) {
        let at = self.now + self.chance.millis(least, most);
        self.at(at, event);
    }

    fn at(&mut self, at: Monotonic, event: Event) {
        self.count += 1;
        self.events.insert((at, self.count), event);
    }

    fn happen(&mut self, event: Event) -> Wrong {
        match event {
            Event::Input(to, incarnation, input) => self.input(to, incarnation, input),
            Event::Decided(name, shard, tenure, message, version) => {
                self.decided(name, (shard, tenure), message, version)?;
            }
            Event::Leader(leader, input) => self.lead_on(leader, input),
            Event::Write(leader, table) => self.write(leader, table)?,
            Event::Send(shard, message) => self.send(shard, message),
            Event::Trouble => self.trouble(),
            Event::Missed(name) => self.miss(name),
            Event::Restart(number) => self.restart(number),
            Event::Retire(leader) => {
                self.leaders.remove(&leader);
            }
            Event::Tick => self.tick(),
            Event::Remind => self.remind(),
        }
        Ok(())
    }

    fn tick(&mut self) {
        for number in 0..NODES {
            self.later(0, 5, Event::Input(number, None, HostInput::Tick));
        }
        for leader in self.leaders.keys().copied().collect::<Vec<_>>() {
            self.later(0, 5, Event::Leader(leader, BalancerInput::Tick));
        }
        self.later(50, 50, Event::Tick);
    }

    /// Everyone is told of the table again, in case it was not heard.
    fn remind(&mut self) {
        for number in 0..NODES {
            let table = HostInput::Table(self.stored.clone());
            self.later(1, 20, Event::Input(number, None, table));
        }
        self.later(500, 500, Event::Remind);
    }

    // Processes.

    fn input(&mut self, to: usize, incarnation: Option<u64>, input: HostInput<Message>) {
        let Some(member) = self.members.get_mut(&to) else {
            return;
        };
        if incarnation.is_some_and(|it| it != member.name.1) {
            return;
        }
        if let Some(until) = member.frozen_until.filter(|until| *until > self.now) {
            self.at(until, Event::Input(to, incarnation, input));
            return;
        }
        if self.flaw == Flaw::HastyRelease
            && let HostInput::Table(table) = &input
        {
            let moving = table.moving().map(|(shard, to)| (shard, to.clone()));
            for (shard, target) in moving.collect::<Vec<_>>() {
                let owner = table.owner(shard).map(name);
                if let Some(owner) = owner.filter(|it| it.0 == to) {
                    self.tell_leaders(owner, shard, name(&target), table.epoch());
                }
            }
        }
        let is_dismissed = input == HostInput::Dismissed;
        let Some(member) = self.members.get_mut(&to) else {
            return;
        };
        let outputs = member.host.step(self.now, input);
        self.follow(to, outputs);
        if is_dismissed {
            self.seen.note("dismissed");
            self.members.remove(&to);
            self.later(20, 200, Event::Restart(to));
        }
    }

    fn follow(&mut self, from: usize, outputs: Vec<HostOutput<Message>>) {
        for output in outputs {
            let Some(member) = self.members.get_mut(&from) else {
                return;
            };
            match output {
                HostOutput::Begin {
                    shard,
                    since,
                    seized,
                } => {
                    let is_clean = seized < since;
                    let how = if is_clean {
                        "begin clean"
                    } else {
                        "begin seized"
                    };
                    self.seen.note(how);
                    member.begin(shard, (since, seized));
                }
                HostOutput::Dispatch {
                    shard,
                    tenure,
                    message,
                } => {
                    let waiting = member.waiting.entry(shard).or_default();
                    waiting.push_back((tenure, message));
                    self.work(from, shard);
                }
                HostOutput::Forward { shard, to, message } => {
                    self.seen.note("forward");
                    self.deliver(from, name(&to), shard, message);
                }
                HostOutput::Refuse { message, refusal } => {
                    let is_busy = refusal == Refusal::Busy;
                    self.seen.note(if is_busy { "busy" } else { "moved" });
                    let shard = self.shard_of(message);
                    self.later(10, 60, Event::Send(shard, message));
                }
                HostOutput::Warm(_) => self.seen.note("warm"),
                HostOutput::Release { shard, to, epoch } => {
                    self.seen.note("release");
                    let from = member.name;
                    self.tell_leaders(from, shard, name(&to), epoch);
                }
                HostOutput::Lose(shard) => {
                    self.seen.note("lose");
                    member.lose(shard);
                }
            }
        }
    }

    fn tell_leaders(&mut self, from: Name, shard: Shard, to: Name, epoch: Epoch) {
        if self.chance.percent(10) {
            return;
        }
        for leader in self.leaders.keys().copied().collect::<Vec<_>>() {
            let released = BalancerInput::Released {
                shard,
                from: process(from),
                to: process(to),
                epoch,
            };
            self.later(1, 20, Event::Leader(leader, released));
        }
    }

    /// Sends a command by the table that the sender knows.
    fn deliver(&mut self, from: usize, to: Name, shard: Shard, message: Message) {
        let member = self.members.get(&from);
        let table = member.and_then(|it| it.host.table());
        let epoch = table.map_or_else(|| self.stored.epoch(), ShardTable::epoch);
        let arrived = HostInput::Arrived {
            shard,
            epoch,
            message,
            size: 10,
        };
        self.later(1, 20, Event::Input(to.0, Some(to.1), arrived));
    }

    /// Lets the actor of a shard decide on what waits for it, one command after the other.
    fn work(&mut self, number: usize, shard: Shard) {
        let Some(member) = self.members.get_mut(&number) else {
            return;
        };
        if member.busy.contains(&shard) {
            return;
        }
        let waiting = member.waiting.get_mut(&shard);
        let Some((tenure, message)) = waiting.and_then(std::collections::VecDeque::pop_front)
        else {
            return;
        };
        let name = member.name;
        let actor = self.actors.entry(shard).or_default();
        if let Some((since, seized)) = member.begun.remove(&shard) {
            if actor.barrier > since && self.flaw != Flaw::BlindReader {
                self.seen.note("stale");
                member.doubtful.insert(shard);
            } else {
                actor.begin(name);
                if actor.barrier < seized && self.flaw != Flaw::NoBarrier {
                    self.seen.note("barrier");
                    (actor.version, actor.barrier) = (actor.version + 1, since);
                }
            }
        }
        let version = *member.versions.entry(shard).or_insert(actor.version);
        member.busy.insert(shard);
        let most = if self.chance.percent(10) { 300 } else { 40 };
        self.later(
            1,
            most,
            Event::Decided(name, shard, tenure, message, version),
        );
    }

    fn decided(
        &mut self,
        name: Name,
        (shard, tenure): (Shard, Tenure),
        message: Message,
        version: u64,
    ) -> Wrong {
        let Some(member) = self.members.get_mut(&name.0) else {
            return Ok(());
        };
        if member.name != name {
            return Ok(());
        }
        if let Some(until) = member.frozen_until.filter(|until| *until > self.now) {
            self.at(until, Event::Decided(name, shard, tenure, message, version));
            return Ok(());
        }
        member.busy.remove(&shard);
        if !member.doubtful.contains(&shard) {
            let actor = self.actors.entry(shard).or_default();
            let checked = self.flaw != Flaw::NoVersionCheck;
            let is_known = actor.version == version && self.done.contains(&message);
            if is_known && self.flaw != Flaw::NoSessions {
                self.seen.note("repeated");
            } else if actor.append(name, version, checked)? {
                member.versions.entry(shard).and_modify(|it| *it += 1);
                self.seen.note("done");
                self.owed.remove(&message);
                if !self.done.insert(message) {
                    return Err(format!("command {message} took effect twice"));
                }
            } else {
                self.seen.note("conflict");
                member.versions.remove(&shard);
                member.doubtful.insert(shard);
            }
        }
        let finished = HostInput::Finished { shard, tenure };
        let outputs = member.host.step(self.now, finished);
        self.follow(name.0, outputs);
        self.work(name.0, shard);
        Ok(())
    }

    // Clients.

    fn shard_of(&self, message: Message) -> Shard {
        let number = u32::try_from(message % u64::from(SHARDS)).unwrap();
        self.stored.count().shard(number).unwrap()
    }

    fn send(&mut self, shard: Shard, message: Message) {
        // A client goes by the table that some node knows.
        let some = usize::try_from(self.chance.below(NODES as u64)).unwrap();
        let known = self.members.get(&some).and_then(|it| it.host.table());
        let table = known.unwrap_or(&self.stored);
        match table.owner(shard).map(name) {
            Some(owner) => self.deliver(some, owner, shard, message),
            None => self.later(50, 100, Event::Send(shard, message)),
        }
        // Its answer may be lost, or late.
        if self.chance.percent(5) {
            self.later(5, 1_500, Event::Send(shard, message));
        }
        if message == self.sent && self.now < LAST_CHANCE {
            self.sent += 1;
            let next = self.sent;
            let shard = self.shard_of(next);
            if self.now > TROUBLE_ENDS + Duration::from_secs(2) {
                self.owed.insert(next);
            }
            self.later(1, 20, Event::Send(shard, next));
        }
    }

    // Leaders.

    fn lead(&mut self) {
        let number = self
            .leaders
            .last_key_value()
            .map_or(1, |(last, _)| last + 1);
        let token = FencingToken(u64::try_from(number).unwrap());
        let timing = BalanceTiming {
            moves: 3,
            handover: Duration::from_millis(700),
            settle: Duration::from_secs(1),
            patience: Duration::from_millis(300),
        };
        let balancer = Balancer::new(token, timing, self.stored.clone());
        let balancer = balancer.blind(self.flaw == Flaw::NoTokenCheck);
        for leader in self.leaders.keys().copied().collect::<Vec<_>>() {
            self.later(0, 2_000, Event::Retire(leader));
        }
        self.leaders.insert(number, balancer);
        self.present_to_leaders();
    }

    fn present_to_leaders(&mut self) {
        let present = self.present.iter().map(|(name, availability)| Candidate {
            node: process(*name),
            weight: NonZeroU32::MIN,
            availability: *availability,
        });
        let candidates: Vec<_> = present.collect();
        for leader in self.leaders.keys().copied().collect::<Vec<_>>() {
            let members = BalancerInput::Members {
                candidates: candidates.clone(),
                mixed: false,
            };
            // What is told later is true later.
            self.at(self.now, Event::Leader(leader, members));
        }
    }

    fn lead_on(&mut self, leader: usize, input: BalancerInput) {
        let Some(balancer) = self.leaders.get_mut(&leader) else {
            return;
        };
        for output in balancer.step(self.now, input) {
            match output {
                BalancerOutput::Write(table) => self.later(1, 15, Event::Write(leader, table)),
                BalancerOutput::Superseded => self.seen.note("superseded"),
            }
        }
    }

    /// The store takes a table if it follows the one that is there.
    fn write(&mut self, leader: usize, table: ShardTable) -> Wrong {
        let follows = table.epoch().0 == self.stored.epoch().0 + 1;
        if follows {
            if table.token() < self.stored.token() {
                return Err("an earlier leader wrote over a later one".to_owned());
            }
            self.stored = table;
            for number in 0..NODES {
                let table = HostInput::Table(self.stored.clone());
                if !self.chance.percent(5) {
                    self.later(1, 20, Event::Input(number, None, table));
                }
            }
        }
        let answer = if follows && !self.chance.percent(5) {
            BalancerInput::Written
        } else {
            BalancerInput::Found(self.stored.clone())
        };
        self.later(1, 15, Event::Leader(leader, answer));
        Ok(())
    }

    // Troubles.

    fn trouble(&mut self) {
        if self.now >= TROUBLE_ENDS {
            for availability in self.present.values_mut() {
                *availability = Availability::Active;
            }
            self.present_to_leaders();
            return;
        }
        let number = usize::try_from(self.chance.below(NODES as u64)).unwrap();
        match self.chance.below(6) {
            0 | 1 => self.crash(number),
            2 | 3 => self.freeze(number),
            4 => self.lead(),
            _ => {
                let mut present = self.present.iter_mut();
                if let Some((_, availability)) = present.find(|(it, _)| it.0 == number) {
                    *availability = match availability {
                        Availability::Active => Availability::Draining,
                        Availability::Draining => Availability::Cordoned,
                        Availability::Cordoned => Availability::Active,
                    };
                    self.present_to_leaders();
                }
            }
        }
        self.later(100, 1_500, Event::Trouble);
    }

    fn crash(&mut self, number: usize) {
        if let Some(member) = self.members.remove(&number) {
            self.seen.note("crash");
            self.later(5, 300, Event::Missed(member.name));
            self.later(100, 2_000, Event::Restart(number));
        }
    }

    fn freeze(&mut self, number: usize) {
        let until = self.now + self.chance.millis(100, 1_500);
        let Some(member) = self.members.get_mut(&number) else {
            return;
        };
        if member.frozen_until.is_some_and(|it| it > self.now) {
            return;
        }
        self.seen.note("freeze");
        member.frozen_until = Some(until);
        let name = member.name;
        self.later(400, 400, Event::Missed(name));
    }

    /// Others take the process for dead, if it has crashed or does not move.
    fn miss(&mut self, name: Name) {
        let member = self.members.get(&name.0).filter(|it| it.name == name);
        let frozen = member.map(|it| it.frozen_until.filter(|until| *until > self.now));
        match frozen {
            Some(None) => return,
            Some(Some(until)) => {
                let told = until + self.chance.millis(5, 150);
                self.at(
                    told,
                    Event::Input(name.0, Some(name.1), HostInput::Dismissed),
                );
            }
            None => {}
        }
        if self.present.remove(&name).is_some() {
            self.present_to_leaders();
        }
    }

    fn restart(&mut self, number: usize) {
        if self.members.contains_key(&number) {
            return;
        }
        self.incarnations[number] += 1;
        // A later process replaces the one before.
        self.present.retain(|it, _| it.0 != number);
        let name = (number, self.incarnations[number]);
        let mut member = Member::new(name);
        let outputs = member
            .host
            .step(self.now, HostInput::Table(self.stored.clone()));
        self.members.insert(number, member);
        self.follow(number, outputs);
        self.present.insert(name, Availability::Active);
        self.present_to_leaders();
    }

    // The end.

    fn check_end(&self) -> Wrong {
        if self.stored.moving().len() > 0 {
            return Err(format!("moves without end: {:?}", self.stored));
        }
        let mut loads = [0_usize; NODES];
        for (shard, owner) in self.stored.owners() {
            let owner = owner.map(name);
            let Some((owner, _)) = owner.filter(|it| self.present.contains_key(it)) else {
                return Err(format!("shard {shard} is nobody's: {owner:?}"));
            };
            loads[owner] += 1;
            if !self.members[&owner].host.serves(shard) {
                return Err(format!("shard {shard} is not served by {owner}"));
            }
        }
        let fair = loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 1;
        let held = self
            .members
            .values()
            .map(|it| it.host.held())
            .sum::<usize>();
        match (fair, held, self.owed.len()) {
            (true, 0, 0) => Ok(()),
            _ => Err(format!(
                "{loads:?}, {held} held, without effect {:?}",
                self.owed
            )),
        }
    }
}

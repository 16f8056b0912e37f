mod leaders;
mod members;
mod seen;
mod trouble;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

pub(super) use self::seen::Seen;
use super::{
    actor::Actor,
    member::{Member, Message, Name, name},
};
use crate::cluster::{
    Availability, Balancer, BalancerInput, HostInput, Monotonic, Shard, ShardCount, ShardTable,
    Tenure, chance::Chance,
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

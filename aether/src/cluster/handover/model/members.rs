use std::time::Duration;

use super::{Event, Flaw, LAST_CHANCE, Model, NODES, SHARDS, TROUBLE_ENDS, Wrong};
use crate::cluster::{
    HostInput, HostOutput, Refusal, Shard, ShardTable, Tenure,
    handover::member::{Message, Name, name},
};

impl Model {
    // Processes.

    pub(super) fn input(&mut self, to: usize, incarnation: Option<u64>, input: HostInput<Message>) {
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

    pub(super) fn follow(&mut self, from: usize, outputs: Vec<HostOutput<Message>>) {
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

    pub(super) fn decided(
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

    pub(super) fn send(&mut self, shard: Shard, message: Message) {
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
}

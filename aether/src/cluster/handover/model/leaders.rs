use std::{num::NonZeroU32, time::Duration};

use super::{Event, Flaw, Model, NODES, Wrong};
use crate::cluster::{
    BalanceTiming, Balancer, BalancerInput, BalancerOutput, Candidate, Epoch, FencingToken,
    HostInput, Shard, ShardTable,
    handover::member::{Name, process},
};

impl Model {
    pub(super) fn tell_leaders(&mut self, from: Name, shard: Shard, to: Name, epoch: Epoch) {
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

    // Leaders.

    pub(super) fn lead(&mut self) {
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
            gather: Duration::from_millis(20),
        };
        let balancer = Balancer::new(token, timing, self.stored.clone());
        let balancer = balancer.blind(self.flaw == Flaw::NoTokenCheck);
        for leader in self.leaders.keys().copied().collect::<Vec<_>>() {
            self.later(0, 2_000, Event::Retire(leader));
        }
        self.leaders.insert(number, balancer);
        self.present_to_leaders();
    }

    pub(super) fn present_to_leaders(&mut self) {
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

    pub(super) fn lead_on(&mut self, leader: usize, input: BalancerInput) {
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
    pub(super) fn write(&mut self, leader: usize, table: ShardTable) -> Wrong {
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
}

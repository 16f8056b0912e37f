use crate::cluster::{
    BalanceTiming, Balancer, BalancerInput, BalancerOutput, Candidate, FencingToken, Monotonic,
    NodeProcess, ReleasedShard, ShardTable,
};

/// What a node does with the table as long as it leads.
#[derive(Debug)]
pub(super) struct Leading {
    token: FencingToken,
    timing: BalanceTiming,
    /// None until the table was read that is stored.
    balancer: Option<Balancer>,
    /// The table that is being written, and by which request.
    writing: Option<(u64, ShardTable)>,
    /// The last write was not made, or may not have been: what is stored has to be read.
    unsure: bool,
    members: (Vec<Candidate>, bool),
    /// The balancer goes by them.
    are_known: bool,
    wake: Option<Monotonic>,
}

/// What a leader wants.
pub(super) enum Wish {
    Write(ShardTable),
    Stop,
}

impl Leading {
    pub(super) fn new(token: FencingToken, timing: BalanceTiming) -> Self {
        Self {
            token,
            timing,
            balancer: None,
            writing: None,
            unsure: true,
            members: (Vec::new(), false),
            are_known: true,
            wake: None,
        }
    }

    pub(super) fn next_wake(&self) -> Option<Monotonic> {
        self.wake
    }

    /// It was read what is stored; of the nodes in it, these have gone.
    pub(super) fn read(
        &mut self,
        now: Monotonic,
        table: &ShardTable,
        gone: Vec<NodeProcess>,
    ) -> Option<Wish> {
        if !std::mem::take(&mut self.unsure) {
            return self.heard(now, table);
        }
        if self.balancer.is_some() {
            return self.step(now, BalancerInput::Found(table.clone()));
        }
        let balancer = Balancer::new(self.token, self.timing, table.clone());
        self.balancer = Some(balancer.knowing_gone(gone));
        let (candidates, mixed) = self.members.clone();
        self.step(now, BalancerInput::Members { candidates, mixed })
    }

    /// A table was written. If it is not this leader's, another one leads.
    pub(super) fn heard(&mut self, now: Monotonic, table: &ShardTable) -> Option<Wish> {
        let known = self.balancer.as_ref().map(|it| it.table().epoch());
        let is_foreign = known.is_some_and(|known| known < table.epoch());
        if self.writing.is_some() || !is_foreign {
            return None;
        }
        self.step(now, BalancerInput::Found(table.clone()))
    }

    /// A table is being written from now on, on top of one that was read or heard of: what came of an
    /// earlier write matters no more.
    pub(super) fn writes(&mut self, request: u64, table: ShardTable) {
        self.writing = Some((request, table));
        self.unsure = false;
    }

    /// The table that was being written by this request, which is stored.
    pub(super) fn take_written(&mut self, request: u64) -> Option<ShardTable> {
        let written = self.writing.take_if(|(it, _)| *it == request);
        written.map(|(_, table)| table)
    }

    /// It goes by the table that it has written.
    pub(super) fn written(&mut self, now: Monotonic) -> Option<Wish> {
        self.step(now, BalancerInput::Written)
    }

    /// The table of this request is not stored, or not known to be; false, if it is none of its own.
    pub(super) fn unwritten(&mut self, request: u64) -> bool {
        let unwritten = self.take_written(request).is_some();
        self.unsure |= unwritten;
        unwritten
    }

    pub(super) fn members(
        &mut self,
        now: Monotonic,
        candidates: Vec<Candidate>,
        mixed: bool,
    ) -> Option<Wish> {
        let members = (candidates, mixed);
        if std::mem::replace(&mut self.are_known, true) && members == self.members {
            return None;
        }
        self.members = members.clone();
        let (candidates, mixed) = members;
        self.step(now, BalancerInput::Members { candidates, mixed })
    }

    /// Who has gone gets nothing of what is planned next.
    pub(super) fn forget(&mut self, process: &NodeProcess) {
        self.members.0.retain(|it| it.node != *process);
        self.are_known = false;
        if let Some(balancer) = &mut self.balancer {
            balancer.forget(process);
        }
    }

    /// Takes them together, so that one table hands all of them over.
    pub(super) fn released(&mut self, now: Monotonic, all: &[ReleasedShard]) -> Option<Wish> {
        let balancer = self.balancer.as_mut()?;
        for it in all {
            balancer.release(it.shard, (&it.from, &it.to), it.epoch);
        }
        self.step(now, BalancerInput::Tick)
    }

    /// Moves for balance now; says how many shards are to move. None, if it does not know the table
    /// yet.
    pub(super) fn rebalance(&mut self, now: Monotonic) -> Option<(usize, Option<Wish>)> {
        let moves = self.balancer.as_ref()?.outstanding(now);
        Some((moves, self.step(now, BalancerInput::Rebalance)))
    }

    pub(super) fn tick(&mut self, now: Monotonic) -> Option<Wish> {
        self.wake.filter(|wake| *wake <= now)?;
        self.step(now, BalancerInput::Tick)
    }

    fn step(&mut self, now: Monotonic, input: BalancerInput) -> Option<Wish> {
        let balancer = self.balancer.as_mut()?;
        let outputs = balancer.step(now, input);
        self.wake = balancer.next_wake(now);
        let output = outputs.into_iter().next()?;
        Some(match output {
            BalancerOutput::Write(table) => Wish::Write(table),
            BalancerOutput::Superseded => Wish::Stop,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Availability, Incarnation, NodeId, ShardCount, TableChange};

    fn process(node: &str) -> NodeProcess {
        NodeId::new(node).unwrap().process(Incarnation(1))
    }

    fn written(wish: Option<Wish>) -> ShardTable {
        match wish {
            Some(Wish::Write(table)) => table,
            Some(Wish::Stop) | None => panic!("no table is to be written"),
        }
    }

    /// Its write was refused, for another leader had written; it heard of that table before the
    /// answer to its question, wrote on top of it, and took that for undone when the answer came.
    /// With two writes under way it held the one that was not stored for the other.
    #[test]
    fn it_makes_one_write_at_a_time_and_knows_which_is_answered() {
        let (now, count) = (Monotonic::ORIGIN, ShardCount::new(4).unwrap());
        let all = |node| {
            let shards = count.shards();
            shards.map(move |shard| TableChange::Own(shard, process(node)))
        };
        let table = ShardTable::new(count).changed(FencingToken(1), all("a"));
        let table = table.unwrap();
        let others = table.changed(FencingToken(1), all("b")).unwrap();
        let mut leading = Leading::new(FencingToken(2), BalanceTiming::default());
        let candidates = ["a", "b"].map(|node| Candidate {
            node: process(node),
            weight: std::num::NonZeroU32::MIN,
            availability: Availability::Active,
        });
        assert!(leading.members(now, candidates.to_vec(), false).is_none());

        let first = written(leading.read(now, &table, Vec::new()));
        leading.writes(1, first);
        assert!(leading.unwritten(1));
        let second = written(leading.heard(now, &others));
        leading.writes(2, second.clone());
        let wish = leading.read(now, &others, Vec::new());
        assert!(wish.is_none(), "one write at a time");
        assert!(leading.take_written(1).is_none());
        assert!(!leading.unwritten(1));
        assert_eq!(leading.take_written(2), Some(second));
    }
}

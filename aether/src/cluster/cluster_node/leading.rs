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
    /// The table that is being written.
    writing: Option<ShardTable>,
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

    /// The table that was being written, which is stored.
    pub(super) fn take_written(&mut self) -> Option<ShardTable> {
        self.writing.take()
    }

    /// It goes by the table that it has written.
    pub(super) fn written(&mut self, now: Monotonic) -> Option<Wish> {
        self.step(now, BalancerInput::Written)
    }

    /// Its table is not stored, or not known to be.
    pub(super) fn unwritten(&mut self) {
        self.writing = None;
        self.unsure = true;
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

    pub(super) fn released(&mut self, now: Monotonic, released: ReleasedShard) -> Option<Wish> {
        let ReleasedShard {
            shard,
            from,
            to,
            epoch,
        } = released;
        let released = BalancerInput::Released {
            shard,
            from,
            to,
            epoch,
        };
        self.step(now, released)
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
            BalancerOutput::Write(table) => {
                self.writing = Some(table.clone());
                Wish::Write(table)
            }
            BalancerOutput::Superseded => Wish::Stop,
        })
    }
}

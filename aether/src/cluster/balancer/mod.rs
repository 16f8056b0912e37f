use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroU32,
    time::Duration,
};

use super::{
    Availability, Candidate, Epoch, FencingToken, InvalidChange, Monotonic, NodeProcess, Plan,
    Shard, ShardTable, TableChange,
};

/// How long the steps of a balancer take, and how many it takes at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BalanceTiming {
    /// For how long a node of which nothing was heard yet is left what it has.
    pub patience: Duration,
    /// How long nothing is moved for balance after a node has come.
    pub settle: Duration,
    /// How long a release is waited for before the shard is given away without it.
    pub handover: Duration,
    /// How many moves a node takes part in at a time, giving or taking.
    pub moves: usize,
    /// How long shards that were released late wait for those that the last table asked for, so that
    /// one table hands all of them over.
    pub gather: Duration,
}

impl Default for BalanceTiming {
    /// One and a half seconds, three, five, 128 moves, and five milliseconds.
    fn default() -> Self {
        Self {
            patience: Duration::from_millis(1_500),
            settle: Duration::from_secs(3),
            handover: Duration::from_secs(5),
            moves: 128,
            gather: Duration::from_millis(5),
        }
    }
}

/// What happens to a balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BalancerInput {
    /// Time passes.
    Tick,
    /// These nodes are there, and no others: whoever was named before and is not now has gone.
    Members {
        /// The nodes.
        candidates: Vec<Candidate>,
        /// Whether they run different versions of the program.
        mixed: bool,
    },
    /// A node has done with a shard: see [`HostOutput::Release`](super::HostOutput::Release).
    Released {
        /// Which shard.
        shard: Shard,
        /// Who had it.
        from: NodeProcess,
        /// Who is to have it.
        to: NodeProcess,
        /// The epoch of the table that asked for it.
        epoch: Epoch,
    },
    /// The table of the last [`BalancerOutput::Write`] is stored.
    Written,
    /// It is not, or not known to be: this is what is stored.
    Found(ShardTable),
    /// Move for balance now, though a node has come lately or versions differ, until all have their
    /// share.
    Rebalance,
}

/// What follows for the shard table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BalancerOutput {
    /// Store the table in place of the one before, if that is still what is stored. No other write
    /// follows until its outcome was told.
    Write(ShardTable),
    /// A later leader has written the table: this one has to stop.
    Superseded,
}

/// What a leader does with the shard table.
///
/// It writes the table once to make its [`FencingToken`] known; from then on no earlier leader can
/// write. What a node that has gone leaves behind gets a new owner at once. Everything else moves
/// only if its owner releases it, a few shards at a time: away from a node that is draining at any
/// time; for balance when no node has come lately and all run the same version. Who does not
/// release a shard in time loses it without that, and the new owner needs a barrier.
///
/// A new leader has heard of nobody. A node of which it was never told keeps what it has, until
/// [`patience`](BalanceTiming::patience) is over.
#[cfg_attr(
    test,
    expect(clippy::struct_excessive_bools, reason = "one is for tests alone")
)]
#[derive(Debug)]
pub struct Balancer {
    token: FencingToken,
    timing: BalanceTiming,
    table: ShardTable,
    /// The table that is being written.
    writing: Option<ShardTable>,
    began: Option<Monotonic>,
    nodes: BTreeMap<NodeProcess, Known>,
    /// Who was there, and is not any more.
    gone: BTreeSet<NodeProcess>,
    mixed: bool,
    moves: BTreeMap<Shard, Underway>,
    /// What was released by the table that is being written: that it is stored is known elsewhere
    /// already.
    early: BTreeSet<Shard>,
    /// Until when what was released late waits for more.
    gathering: Option<Monotonic>,
    superseded: bool,
    /// Since when it moves for balance, whatever speaks against it.
    urged: Option<Monotonic>,
    /// It does not look at who has written the table, to see that this is missed.
    #[cfg(test)]
    is_blind: bool,
}

/// A node that is there.
#[derive(Debug)]
struct Known {
    candidate: Candidate,
    since: Monotonic,
}

/// A move that the table has.
#[derive(Debug)]
struct Underway {
    to: NodeProcess,
    since: Monotonic,
    /// The first table that this leader knows to have it: an earlier release was of another move.
    epoch: Epoch,
    is_released: bool,
}

impl Balancer {
    /// The balancer of a leader that has just acquired its lease, with the table that is stored.
    pub fn new(token: FencingToken, timing: BalanceTiming, table: ShardTable) -> Self {
        Self {
            token,
            timing,
            table,
            writing: None,
            began: None,
            nodes: BTreeMap::new(),
            gone: BTreeSet::new(),
            mixed: false,
            moves: BTreeMap::new(),
            early: BTreeSet::new(),
            gathering: None,
            superseded: false,
            urged: None,
            #[cfg(test)]
            is_blind: false,
        }
    }

    /// The same, which does not look at who has written the table.
    #[cfg(test)]
    pub(super) fn blind(mut self, is_blind: bool) -> Self {
        self.is_blind = is_blind;
        self
    }

    /// The same, which knows of these nodes that they have gone: they are left nothing.
    #[must_use]
    pub fn knowing_gone(mut self, gone: impl IntoIterator<Item = NodeProcess>) -> Self {
        self.gone.extend(gone);
        self
    }

    /// The table that is stored, as far as is known.
    pub fn table(&self) -> &ShardTable {
        &self.table
    }

    /// Takes in what happened, and says what follows.
    pub fn step(&mut self, now: Monotonic, input: BalancerInput) -> Vec<BalancerOutput> {
        if self.superseded {
            return Vec::new();
        }
        let began = *self.began.get_or_insert(now);
        match input {
            BalancerInput::Tick => {}
            BalancerInput::Members { candidates, mixed } => {
                self.mixed = mixed;
                self.meet(now, candidates);
            }
            BalancerInput::Released {
                shard,
                from,
                to,
                epoch,
            } => self.release(shard, (&from, &to), epoch),
            BalancerInput::Written => {
                if let Some(written) = self.writing.take() {
                    self.adopt(now, written);
                }
            }
            BalancerInput::Found(table) => {
                self.writing = None;
                if table.epoch() <= self.table.epoch() {
                    self.early.clear();
                }
                if table.epoch() > self.table.epoch() {
                    self.adopt(now, table);
                }
            }
            BalancerInput::Rebalance => self.urged = Some(now),
        }
        if self.is_later(&self.table) {
            self.superseded = true;
            return vec![BalancerOutput::Superseded];
        }
        self.write(now, began)
    }

    /// Whether a later leader has written a table.
    fn is_later(&self, table: &ShardTable) -> bool {
        #[cfg(test)]
        if self.is_blind {
            return false;
        }
        table.token() > self.token
    }

    /// When [`step`](Self::step) has to be called again, if nothing happens before; never, if there
    /// is nothing to wait for.
    pub fn next_wake(&self, now: Monotonic) -> Option<Monotonic> {
        if self.superseded || self.writing.is_some() {
            return None;
        }
        let began = self.began?;
        let late = self
            .moves
            .values()
            .map(|it| it.since + self.timing.handover);
        let settled = self.nodes.values().map(|it| it.since + self.timing.settle);
        let turns = late.chain(settled).chain([began + self.timing.patience]);
        let turns = turns.chain(self.gathering);
        turns.filter(|turn| *turn > now).min()
    }

    /// How many shards are to move for every node to have its share, and how many are on their way.
    pub fn outstanding(&self, now: Monotonic) -> usize {
        let candidates = self.candidates(now, self.began.unwrap_or(now));
        Plan::new(&self.table, &candidates).moves.len() + self.moves.len()
    }

    /// The node has gone. It is not looked yet what follows.
    pub(super) fn forget(&mut self, node: &NodeProcess) {
        if self.nodes.remove(node).is_some() {
            self.gone.insert(node.clone());
        }
    }

    fn meet(&mut self, now: Monotonic, candidates: Vec<Candidate>) {
        let mut before = std::mem::take(&mut self.nodes);
        self.nodes = candidates
            .into_iter()
            .map(|candidate| {
                let since = before.remove(&candidate.node).map_or(now, |it| it.since);
                (candidate.node.clone(), Known { candidate, since })
            })
            .collect();
        self.gone.extend(before.into_keys());
        self.gone.retain(|node| !self.nodes.contains_key(node));
    }

    /// A node has done with a shard. It is not looked yet what follows.
    pub(super) fn release(
        &mut self,
        shard: Shard,
        (from, to): (&NodeProcess, &NodeProcess),
        epoch: Epoch,
    ) {
        let is_owner = self.table.owner(shard) == Some(from);
        let underway = self.moves.get_mut(&shard);
        let underway = underway.filter(|it| is_owner && it.to == *to && it.epoch <= epoch);
        if let Some(underway) = underway {
            underway.is_released = true;
        } else if self.writing.as_ref().is_some_and(|it| {
            it.epoch() == epoch && it.owner(shard) == Some(from) && it.moving_to(shard) == Some(to)
        }) {
            self.early.insert(shard);
        }
    }

    /// Goes by another table from now on.
    fn adopt(&mut self, now: Monotonic, table: ShardTable) {
        let epoch = table.epoch();
        let early = std::mem::take(&mut self.early);
        let is_own = self.table.epoch().0 + 1 == epoch.0 && table.token() == self.token;
        let mut before = std::mem::take(&mut self.moves);
        for (shard, to) in table.moving() {
            let known = before.remove(&shard).filter(|it| it.to == *to);
            let underway = known.unwrap_or_else(|| Underway {
                to: to.clone(),
                since: now,
                epoch,
                // A table of this epoch that another has written asked for nothing of the kind.
                is_released: is_own && early.contains(&shard),
            });
            self.moves.insert(shard, underway);
        }
        self.table = table;
    }

    fn write(&mut self, now: Monotonic, began: Monotonic) -> Vec<BalancerOutput> {
        if self.writing.is_some() {
            return Vec::new();
        }
        let changes = self.changes(now, began);
        if changes.is_empty() && self.moves.is_empty() {
            self.urged = None;
        }
        self.gathering = self.gathers(&changes).filter(|until| *until > now);
        let is_known = self.table.token() == self.token;
        if is_known && (changes.is_empty() || self.gathering.is_some()) {
            return Vec::new();
        }
        #[cfg(test)]
        if self.is_blind {
            let table = self.table.changed_blindly(self.token, changes);
            self.writing.clone_from(&table);
            return table.into_iter().map(BalancerOutput::Write).collect();
        }
        match self.table.changed(self.token, changes) {
            Ok(table) => {
                self.writing = Some(table.clone());
                vec![BalancerOutput::Write(table)]
            }
            // A table that cannot be made stays as it is; only a later leader's token refuses.
            Err(InvalidChange::Fenced { .. }) => {
                self.superseded = true;
                vec![BalancerOutput::Superseded]
            }
            Err(_) => Vec::new(),
        }
    }

    fn changes(&self, now: Monotonic, began: Monotonic) -> Vec<TableChange> {
        let candidates = self.candidates(now, began);
        let plan = Plan::new(&self.table, &candidates);
        let mut changes: Vec<_> = plan.adoptions().collect();
        let orphans = plan.orphans.iter().map(|(shard, _)| *shard);
        let settled: BTreeSet<_> = plan.cancelled.iter().copied().chain(orphans).collect();
        let mut busy: BTreeMap<&NodeProcess, usize> = BTreeMap::new();
        for (shard, underway) in &self.moves {
            if settled.contains(shard) || !self.is_active(&underway.to) {
                continue;
            }
            if underway.is_released {
                changes.push(TableChange::HandOver(*shard));
            } else if underway.since + self.timing.handover <= now {
                changes.push(TableChange::Own(*shard, underway.to.clone()));
            } else {
                *busy.entry(&underway.to).or_default() += 1;
                if let Some(from) = self.table.owner(*shard) {
                    *busy.entry(from).or_default() += 1;
                }
            }
        }
        let is_calm = self.urged.is_some() || (!self.mixed && self.is_settled(now));
        for it in &plan.moves {
            let is_free = |node, busy: &BTreeMap<&NodeProcess, usize>| {
                busy.get(node).is_none_or(|it| *it < self.timing.moves)
            };
            let is_under_way = self.moves.contains_key(&it.shard) && !settled.contains(&it.shard);
            let may_move = is_calm || self.is_draining(&it.from);
            if !may_move || is_under_way || !is_free(&it.from, &busy) || !is_free(&it.to, &busy) {
                continue;
            }
            *busy.entry(&it.from).or_default() += 1;
            *busy.entry(&it.to).or_default() += 1;
            changes.push(TableChange::Move(it.shard, it.to.clone()));
        }
        changes
    }

    /// Until when these changes wait for what the last table asked for, if nothing of that is
    /// released yet.
    ///
    /// Whoever gives up many shards at once has done with most of them at once, and with a few when
    /// their last command is stored: while the table is being written that hands over the many. A
    /// table for these few alone would hold up the next many, and so on, table by table.
    fn gathers(&self, changes: &[TableChange]) -> Option<Monotonic> {
        let is_late =
            |it: &TableChange| matches!(it, TableChange::HandOver(_) | TableChange::Move(..));
        let is_handing_over = changes.iter().all(is_late)
            && changes
                .iter()
                .any(|it| matches!(it, TableChange::HandOver(_)));
        let last = self.moves.values();
        let mut last = last.filter(|it| it.epoch == self.table.epoch()).peekable();
        let asked = last.peek().filter(|_| is_handing_over)?.since;
        let is_awaited = last.all(|it| !it.is_released);
        is_awaited.then(|| asked + self.timing.gather)
    }

    /// Who is there; and who may be, and is left what it has.
    fn candidates(&self, now: Monotonic, began: Monotonic) -> Vec<Candidate> {
        let mut candidates: Vec<_> = self.nodes.values().map(|it| it.candidate.clone()).collect();
        if began + self.timing.patience > now {
            let unheard = self.table.nodes().iter();
            let unheard = unheard.filter(|it| !self.nodes.contains_key(*it));
            let unheard = unheard.filter(|it| !self.is_gone(it));
            candidates.extend(unheard.map(|node| Candidate {
                node: node.clone(),
                weight: NonZeroU32::MIN,
                availability: Availability::Cordoned,
            }));
        }
        candidates
    }

    /// Whether it is known to be gone: a later process of its node is there, if nothing else.
    fn is_gone(&self, node: &NodeProcess) -> bool {
        let is_later = |it: &NodeProcess| it.node == node.node && it.incarnation > node.incarnation;
        self.gone.contains(node) || self.nodes.keys().any(is_later)
    }

    fn is_settled(&self, now: Monotonic) -> bool {
        let mut nodes = self.nodes.values();
        nodes.all(|it| it.since + self.timing.settle <= now)
    }

    fn is(&self, node: &NodeProcess, availability: Availability) -> bool {
        let known = self.nodes.get(node);
        known.is_some_and(|it| it.candidate.availability == availability)
    }

    fn is_active(&self, node: &NodeProcess) -> bool {
        self.is(node, Availability::Active)
    }

    fn is_draining(&self, node: &NodeProcess) -> bool {
        self.is(node, Availability::Draining)
    }
}

#[cfg(test)]
mod tests;

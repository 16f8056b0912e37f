use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    num::NonZeroU32,
};

use super::{NodeProcess, Shard, ShardTable, TableChange};

/// A node that may have shards, as the cluster's operators and its own offer have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which node it is.
    pub node: NodeProcess,
    /// Its share, in proportion to those of the others.
    pub weight: NonZeroU32,
    /// What may be done with it.
    pub availability: Availability,
}

/// What may be done with a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// It takes its share.
    Active,
    /// It keeps the shards that it has, and gets no more.
    Cordoned,
    /// It gives its shards away.
    Draining,
}

/// One shard that is to go from a node that is there to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Which shard.
    pub shard: Shard,
    /// The node that has it.
    pub from: NodeProcess,
    /// The node that is to have it.
    pub to: NodeProcess,
}

/// What has to change in a shard table so that every shard has a node that is there, and each node
/// its fair share; no more than that.
///
/// What cordoned nodes have stays. The active nodes share the rest: each has its share by weight,
/// rounded down or up, so with equal weights the fullest has at most one shard more than the
/// emptiest. Among all such tables, this is one that the fewest shards have to move for. The same
/// table and the same candidates give the same plan, in whatever order they come.
///
/// A shard that is moving already counts as where it goes, as long as that node is active. If there
/// is no active node, nothing moves, and what nobody has stays so.
///
/// Orphans wait for nobody and should be given out at once. How many moves are under way at a time,
/// and how long a node that has joined is let settle, is for the caller to say: it takes as many
/// moves as it likes, from the first on, and makes a new plan later.
///
/// ```
/// use std::num::NonZeroU32;
///
/// use aether::cluster::{
///     Availability, Candidate, FencingToken, Incarnation, NodeId, Plan, ShardCount, ShardTable,
/// };
///
/// let candidate = |id| {
///     Ok::<_, aether::cluster::InvalidNodeId>(Candidate {
///         node: NodeId::new(id)?.process(Incarnation(1)),
///         weight: NonZeroU32::MIN,
///         availability: Availability::Active,
///     })
/// };
/// let two = [candidate("a")?, candidate("b")?];
/// let table = ShardTable::new(ShardCount::default());
/// let table = table.changed(FencingToken(1), Plan::new(&table, &two).adoptions())?;
///
/// let three = [candidate("a")?, candidate("b")?, candidate("c")?];
/// let plan = Plan::new(&table, &three);
/// assert_eq!(plan.moves.len(), 4_096 / 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Shards of nodes that are gone, or of nobody, and the node that each is to go to.
    pub orphans: Vec<(Shard, NodeProcess)>,
    /// Moves to begin once the others are called off; also in place of one that is under way.
    pub moves: Vec<Move>,
    /// Shards whose move is to be called off, for they stay, or for its target takes none any more.
    pub cancelled: Vec<Shard>,
}

impl Plan {
    /// What has to change in the table for these candidates. A node that is not among them is
    /// gone; one that is named twice is as it is named last.
    pub fn new(table: &ShardTable, candidates: &[Candidate]) -> Self {
        let mut planner = Planner::new(table, candidates);
        planner.shed();
        planner.place();
        planner.plan()
    }

    /// Whether nothing has to change.
    pub fn is_empty(&self) -> bool {
        self.orphans.is_empty() && self.moves.is_empty() && self.cancelled.is_empty()
    }

    /// The changes that are to be made at once: orphans get a node, and moves are called off.
    pub fn adoptions(&self) -> impl Iterator<Item = TableChange> {
        let orphans = self.orphans.iter();
        let adopted = orphans.map(|(shard, to)| TableChange::Own(*shard, to.clone()));
        adopted.chain(self.cancelled.iter().map(|shard| TableChange::Stay(*shard)))
    }
}

/// Where shards are to be, while it is worked out.
struct Planner<'a> {
    table: &'a ShardTable,
    candidates: Vec<&'a Candidate>,
    places: BTreeMap<&'a NodeProcess, usize>,
    /// For each node of the table, in their order, which candidate it is.
    known: Vec<Option<usize>>,
    /// For each shard, where it is going.
    moving: Vec<Option<&'a NodeProcess>>,
    /// For each shard, the candidate that is to have it.
    targets: Vec<Option<usize>>,
    /// How many shards each candidate is to have.
    quotas: Vec<u64>,
    loads: Vec<u64>,
}

impl<'a> Planner<'a> {
    fn new(table: &'a ShardTable, candidates: &'a [Candidate]) -> Self {
        let named: BTreeMap<_, _> = candidates.iter().map(|it| (&it.node, it)).collect();
        let mut planner = Self {
            table,
            places: named.keys().copied().zip(0..).collect(),
            known: Vec::new(),
            moving: vec![None; table.count().len()],
            targets: Vec::new(),
            quotas: Vec::new(),
            loads: vec![0; named.len()],
            candidates: named.into_values().collect(),
        };
        let nodes = table.nodes().iter();
        planner.known = nodes.map(|node| planner.place_of(node)).collect();
        for (shard, to) in table.moving() {
            if let Some(it) = planner.moving.get_mut(shard.index()) {
                *it = Some(to);
            }
        }
        let shards = table.count().shards();
        planner.targets = shards.map(|shard| planner.present(shard)).collect();
        for target in planner.targets.iter().flatten() {
            if let Some(load) = planner.loads.get_mut(*target) {
                *load += 1;
            }
        }
        planner.quotas = planner.quotas();
        planner
    }

    fn place_of(&self, node: &NodeProcess) -> Option<usize> {
        self.places.get(node).copied()
    }

    /// The candidate that has a shard.
    fn owner(&self, shard: Shard) -> Option<usize> {
        let place = self.table.owner_place(shard)?;
        self.known.get(place).copied().flatten()
    }

    fn moving_to(&self, shard: Shard) -> Option<&'a NodeProcess> {
        self.moving.get(shard.index()).copied().flatten()
    }

    fn is_active(&self, place: usize) -> bool {
        let candidate = self.candidates.get(place);
        candidate.is_some_and(|it| it.availability == Availability::Active)
    }

    /// Where a shard is, or is going to.
    fn present(&self, shard: Shard) -> Option<usize> {
        let to = self.moving_to(shard).and_then(|to| self.place_of(to));
        let to = to.filter(|to| self.is_active(*to));
        to.or_else(|| self.owner(shard))
    }

    /// The fair share of each: what it has if it is cordoned; of what is left, its part by weight,
    /// rounded down, or up for as many as it takes. Rounded up are first those that would have to
    /// give one shard more otherwise.
    fn quotas(&self) -> Vec<u64> {
        let mut quotas = vec![0; self.candidates.len()];
        let kept = |it: &(&&Candidate, &u64)| it.0.availability == Availability::Cordoned;
        let loads = || self.candidates.iter().zip(&self.loads);
        let kept: u64 = loads().filter(kept).map(|(_, load)| *load).sum();
        let shared = u64::from(self.table.count().get()) - kept;
        let active = || {
            self.candidates
                .iter()
                .filter(|it| it.availability == Availability::Active)
        };
        let weights: u64 = active().map(|it| u64::from(it.weight.get())).sum();
        let mut left = shared;
        let mut rounded = Vec::new();
        for (place, (candidate, load)) in loads().enumerate() {
            let quota = match candidate.availability {
                Availability::Draining if weights > 0 => 0,
                Availability::Draining | Availability::Cordoned => *load,
                Availability::Active => {
                    let part = shared * u64::from(candidate.weight.get());
                    let (whole, rest) = (part / weights, part % weights);
                    left -= whole;
                    if rest > 0 {
                        rounded.push((Reverse(*load > whole), Reverse(rest), place));
                    }
                    whole
                }
            };
            if let Some(it) = quotas.get_mut(place) {
                *it = quota;
            }
        }
        rounded.sort_unstable();
        for ((_, _, place), _) in rounded.into_iter().zip(0..left) {
            if let Some(it) = quotas.get_mut(place) {
                *it += 1;
            }
        }
        quotas
    }

    /// Takes from each node what is beyond its quota: what has not arrived yet before the rest.
    fn shed(&mut self) {
        let table = self.table;
        let shards = table.count().shards();
        let settled: Vec<_> = shards
            .filter(|shard| self.moving_to(*shard).is_none())
            .collect();
        let moving = table.moving().map(|(shard, _)| shard);
        for shard in moving.chain(settled) {
            let Some(target) = self.targets.get_mut(shard.index()) else {
                continue;
            };
            let Some(place) = *target else { continue };
            let quota = self.quotas.get(place).copied().unwrap_or_default();
            if let Some(load) = self.loads.get_mut(place).filter(|load| **load > quota) {
                *load -= 1;
                *target = None;
            }
        }
    }

    /// Gives what nobody has to whoever lacks the most. Only active nodes lack something.
    fn place(&mut self) {
        let lacking = self.quotas.iter().zip(&self.loads);
        let lacking = lacking
            .zip(0..)
            .map(|((quota, load), place)| (quota.saturating_sub(*load), Reverse(place)));
        let mut lacking: BinaryHeap<(u64, Reverse<usize>)> = lacking.collect();
        for target in self.targets.iter_mut().filter(|it| it.is_none()) {
            let Some((lack, Reverse(place))) = lacking.pop() else {
                return;
            };
            if let Some(left) = lack.checked_sub(1) {
                *target = Some(place);
                lacking.push((left, Reverse(place)));
            }
        }
    }

    fn plan(&self) -> Plan {
        let mut plan = Plan::default();
        for (shard, target) in self.table.count().shards().zip(&self.targets) {
            let target = target.and_then(|place| self.candidates.get(place));
            let is_there = self.owner(shard).is_some();
            let owner = self.table.owner(shard).filter(|_| is_there);
            let moving = self.moving_to(shard);
            let to = target.map(|it| &it.node);
            let lost =
                moving.is_some_and(|to| !self.place_of(to).is_some_and(|it| self.is_active(it)));
            if owner.is_some() && (lost || (owner == to && moving.is_some())) {
                plan.cancelled.push(shard);
            }
            match (owner, to) {
                (Some(owner), Some(to)) if owner == to || moving == Some(to) => {}
                (Some(from), Some(to)) => plan.moves.push(Move {
                    shard,
                    from: from.clone(),
                    to: to.clone(),
                }),
                (None, Some(to)) => plan.orphans.push((shard, to.clone())),
                (_, None) => {}
            }
        }
        plan
    }
}

#[cfg(test)]
mod tests;

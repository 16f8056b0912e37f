use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{NodeProcess, Shard, ShardCount};

mod wire;

pub use self::wire::InvalidShardTable;

/// Counts the forms of a cluster's shard table: each has one more than the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

/// Tells the tenures of leaders apart: a later leader has a larger one.
///
/// It is the revision of the write by which the leader acquired the lease.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FencingToken(pub u64);

/// Which node has which shard, and which shards are on their way to another.
///
/// It is a value: each change makes a new one, with the next epoch and with the fencing token of
/// the leader that made it. An epoch is one table, so in an epoch a shard has one owner.
///
/// ```
/// use aether::cluster::{FencingToken, Incarnation, NodeId, ShardCount, ShardTable, TableChange};
///
/// let shards = ShardCount::new(16)?;
/// let node = NodeId::new("a")?.process(Incarnation(1));
/// let changes = shards.shards().map(|shard| TableChange::Own(shard, node.clone()));
/// let table = ShardTable::new(shards).changed(FencingToken(7), changes)?;
///
/// assert_eq!(table.owner(shards.shard_of("Order", "o-1")), Some(&node));
/// assert_eq!(ShardTable::decode(&table.encode())?, table);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ShardTable {
    count: ShardCount,
    epoch: Epoch,
    token: FencingToken,
    /// The nodes that are named below, in order.
    nodes: Vec<NodeProcess>,
    /// For each shard the place of its owner among the nodes, counted from one; 0 is nobody.
    owners: Vec<u16>,
    moving: BTreeMap<Shard, NodeProcess>,
    /// For each shard, since when its owner has it.
    since: Vec<Epoch>,
    /// For each shard, when it was last taken without a release.
    seized: Vec<Epoch>,
}

/// One change of a shard table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableChange {
    /// The node has the shard from now on, and the shard is not moving any more. Whoever had it may
    /// not know.
    Own(Shard, NodeProcess),
    /// The shard, which another node has, is to move to this one.
    Move(Shard, NodeProcess),
    /// The shard, which was released, is now where it was moving to: nobody else writes to its
    /// actors.
    HandOver(Shard),
    /// The shard does not move any more; its owner keeps it.
    Stay(Shard),
    /// Nobody has the shard.
    Release(Shard),
}

/// Says why a shard table was not changed. It is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidChange {
    /// A later leader has written the table.
    #[error(
        "the fencing token {} is behind {}, the one that the table was written with",
        token.0, written.0
    )]
    Fenced {
        /// The token of the leader that wants the change.
        token: FencingToken,
        /// The token in the table.
        written: FencingToken,
    },
    /// The table has no such shard.
    #[error("there is no shard {shard}: the table has {count}")]
    NoShard {
        /// Which shard was named.
        shard: Shard,
        /// How many there are.
        count: u32,
    },
    /// Only what someone else has can move to a node.
    #[error("shard {shard} cannot move to `{to}`: nobody has it, or that node does")]
    NoMove {
        /// Which shard it is.
        shard: Shard,
        /// Where it was to go.
        to: NodeProcess,
    },
    /// Only a shard that is moving arrives.
    #[error("shard {shard} cannot be handed over: it is not moving")]
    NotMoving {
        /// Which shard it is.
        shard: Shard,
    },
    /// There are more nodes in it than a table can name.
    #[error(
        "the table would name {nodes} nodes; at most {} can be",
        ShardTable::MOST_NODES
    )]
    TooManyNodes {
        /// How many there would be.
        nodes: usize,
    },
}

impl ShardTable {
    /// The most nodes that one table can name.
    pub const MOST_NODES: usize = 65_535;

    /// The table before the first leader wrote one: nobody has any shard.
    pub fn new(count: ShardCount) -> Self {
        Self {
            count,
            epoch: Epoch::default(),
            token: FencingToken::default(),
            nodes: Vec::new(),
            owners: vec![0; count.len()],
            moving: BTreeMap::new(),
            since: vec![Epoch::default(); count.len()],
            seized: vec![Epoch::default(); count.len()],
        }
    }

    /// How many shards there are.
    pub fn count(&self) -> ShardCount {
        self.count
    }

    /// Which form of the table this is.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The token of the leader that wrote it.
    pub fn token(&self) -> FencingToken {
        self.token
    }

    /// The nodes that have shards, or to which one is moving, in order.
    pub fn nodes(&self) -> &[NodeProcess] {
        &self.nodes
    }

    /// The node that has a shard; none, if nobody does.
    #[inline]
    pub fn owner(&self, shard: Shard) -> Option<&NodeProcess> {
        let place = self.owners.get(shard.index())?.checked_sub(1)?;
        self.nodes.get(usize::from(place))
    }

    /// The place among the [nodes](Self::nodes) of the one that has a shard.
    pub(super) fn owner_place(&self, shard: Shard) -> Option<usize> {
        let place = self.owners.get(shard.index())?.checked_sub(1)?;
        Some(usize::from(place))
    }

    /// The place of a node among the [nodes](Self::nodes).
    pub(super) fn place_of(&self, node: &NodeProcess) -> Option<usize> {
        self.nodes.iter().position(|it| it == node)
    }

    /// The node that has the actor of this type and id; none, if nobody does.
    #[inline]
    pub fn owner_of(&self, actor_type: &str, id: &str) -> Option<&NodeProcess> {
        self.owner(self.count.shard_of(actor_type, id))
    }

    /// The node that a shard is moving to, if it is.
    pub fn moving_to(&self, shard: Shard) -> Option<&NodeProcess> {
        self.moving.get(&shard)
    }

    /// The epoch in which the owner of a shard got it; of a shard that nobody has, the one in which
    /// it became so. The first one, if nothing ever happened to it.
    pub fn owned_since(&self, shard: Shard) -> Epoch {
        self.since.get(shard.index()).copied().unwrap_or_default()
    }

    /// The last epoch in which a shard was taken from a node that did not release it; the first one,
    /// if it never was. That node may not know it yet, and may still write to its actors.
    pub fn seized_in(&self, shard: Shard) -> Epoch {
        self.seized.get(shard.index()).copied().unwrap_or_default()
    }

    /// The last epoch in which any shard was taken from a node that did not release it.
    pub(super) fn last_seizure(&self) -> Epoch {
        self.seized.iter().copied().max().unwrap_or_default()
    }

    /// The shards that are moving, and the node that each is moving to.
    pub fn moving(&self) -> impl ExactSizeIterator<Item = (Shard, &NodeProcess)> {
        self.moving.iter().map(|(shard, to)| (*shard, to))
    }

    /// Each shard and the node that has it.
    pub fn owners(&self) -> impl Iterator<Item = (Shard, Option<&NodeProcess>)> {
        self.count.shards().map(|shard| (shard, self.owner(shard)))
    }

    /// How many shards a node has.
    pub(super) fn owned_by(&self, node: &NodeProcess) -> usize {
        let place = self.nodes.iter().zip(1..).find(|(it, _)| *it == node);
        let owners = self.owners.iter();
        place.map_or(0, |(_, place): (_, u16)| {
            owners.filter(|owner| **owner == place).count()
        })
    }

    /// The processes that had shards in an earlier table, have none any more, and did not release
    /// all of them.
    pub(super) fn bereft_since(&self, earlier: &Self) -> Vec<NodeProcess> {
        let is_bereft = |process: &&NodeProcess| {
            let mut owners = earlier.owners();
            !self.nodes.contains(process)
                && owners.any(|(shard, owner)| {
                    owner == Some(*process) && self.seized_in(shard) > earlier.epoch
                })
        };
        earlier.nodes.iter().filter(is_bereft).cloned().collect()
    }

    /// The table with these changes, of the next epoch: what a leader writes in place of this one.
    /// Without changes, it only makes known that the leader is another.
    ///
    /// # Errors
    /// See [`InvalidChange`]. None of the changes was made.
    pub fn changed(
        &self,
        token: FencingToken,
        changes: impl IntoIterator<Item = TableChange>,
    ) -> Result<Self, InvalidChange> {
        if token < self.token {
            let written = self.token;
            return Err(InvalidChange::Fenced { token, written });
        }
        self.changed_by(token, changes)
    }

    /// The same, by whoever does not look at who has written the table.
    #[cfg(test)]
    pub(super) fn changed_blindly(
        &self,
        token: FencingToken,
        changes: impl IntoIterator<Item = TableChange>,
    ) -> Option<Self> {
        self.changed_by(token, changes).ok()
    }

    fn changed_by(
        &self,
        token: FencingToken,
        changes: impl IntoIterator<Item = TableChange>,
    ) -> Result<Self, InvalidChange> {
        let places = self.nodes.iter().cloned().zip(1..);
        let mut draft = Draft {
            count: self.count,
            epoch: Epoch(self.epoch.0.saturating_add(1)),
            places: places.collect(),
            owners: self.owners.iter().copied().map(u32::from).collect(),
            moving: self.moving.clone(),
            since: self.since.clone(),
            seized: self.seized.clone(),
        };
        for change in changes {
            draft.make(change)?;
        }
        draft.finish(token)
    }
}

impl fmt::Debug for ShardTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShardTable")
            .field("epoch", &self.epoch)
            .field("token", &self.token)
            .field("shards", &self.count.get())
            .field("nodes", &self.nodes)
            .field("moving", &self.moving)
            .finish_non_exhaustive()
    }
}

/// A table of which the nodes are not numbered in order yet.
struct Draft {
    count: ShardCount,
    epoch: Epoch,
    /// The numbers of nodes, from 1 on; some have no shard any more.
    places: BTreeMap<NodeProcess, u32>,
    /// The number of the node that has each shard; 0, if nobody does.
    owners: Vec<u32>,
    moving: BTreeMap<Shard, NodeProcess>,
    since: Vec<Epoch>,
    seized: Vec<Epoch>,
}

impl Draft {
    fn make(&mut self, change: TableChange) -> Result<(), InvalidChange> {
        let (TableChange::Own(shard, _)
        | TableChange::Move(shard, _)
        | TableChange::HandOver(shard)
        | TableChange::Stay(shard)
        | TableChange::Release(shard)) = change;
        let count = self.count.get();
        let Some(owner) = self.owners.get(shard.index()).copied() else {
            return Err(InvalidChange::NoShard { shard, count });
        };
        let (owner, is_seized) = match change {
            TableChange::Move(_, to) => {
                if owner == 0 || self.places.get(&to) == Some(&owner) {
                    return Err(InvalidChange::NoMove { shard, to });
                }
                self.moving.insert(shard, to);
                return Ok(());
            }
            TableChange::Own(_, to) if owner == 0 || self.places.get(&to) != Some(&owner) => {
                (self.place(to), true)
            }
            TableChange::HandOver(_) => {
                let to = self.moving.get(&shard).cloned();
                let to = to.ok_or(InvalidChange::NotMoving { shard })?;
                (self.place(to), false)
            }
            TableChange::Release(_) if owner != 0 => (0, true),
            TableChange::Own(..) | TableChange::Release(_) | TableChange::Stay(_) => {
                self.moving.remove(&shard);
                return Ok(());
            }
        };
        if let Some(it) = self.owners.get_mut(shard.index()) {
            *it = owner;
        }
        self.moving.remove(&shard);
        self.begin(shard, is_seized);
        Ok(())
    }

    /// The number of a node.
    fn place(&mut self, node: NodeProcess) -> u32 {
        let next = u32::try_from(self.places.len() + 1).unwrap_or(u32::MAX);
        *self.places.entry(node).or_insert(next)
    }

    /// Another node, or nobody, has the shard from now on.
    fn begin(&mut self, shard: Shard, is_seized: bool) {
        let since = self.since.get_mut(shard.index());
        let Some((since, seized)) = since.zip(self.seized.get_mut(shard.index())) else {
            return;
        };
        // From nobody, nothing was taken.
        let is_first = *since == Epoch::default();
        if is_seized && !is_first {
            *seized = self.epoch;
        }
        *since = self.epoch;
    }

    fn finish(self, token: FencingToken) -> Result<ShardTable, InvalidChange> {
        let moving: BTreeSet<_> = self.moving.values().collect();
        let owning: BTreeSet<_> = self.owners.iter().copied().collect();
        let is_named =
            |(node, place): &(&NodeProcess, &u32)| owning.contains(place) || moving.contains(node);
        let named = self.places.iter().filter(is_named);
        let mut nodes: BTreeMap<_, _> = named.map(|(node, place)| (node, *place)).collect();
        for node in moving {
            nodes.entry(node).or_default();
        }
        if nodes.len() > ShardTable::MOST_NODES {
            let nodes = nodes.len();
            return Err(InvalidChange::TooManyNodes { nodes });
        }
        let mut numbers = vec![0; self.places.len() + 1];
        for (place, number) in nodes.values().zip(1..=u16::MAX) {
            if let Some(it) = numbers.get_mut(*place as usize).filter(|_| *place > 0) {
                *it = number;
            }
        }
        let number = |owner: &u32| numbers.get(*owner as usize).copied().unwrap_or_default();
        let nodes = nodes.into_keys().cloned().collect();
        let owners = self.owners.iter().map(number);
        Ok(ShardTable {
            count: self.count,
            epoch: self.epoch,
            token,
            owners: owners.collect(),
            nodes,
            moving: self.moving,
            since: self.since,
            seized: self.seized,
        })
    }
}

#[cfg(test)]
pub(super) mod tests;

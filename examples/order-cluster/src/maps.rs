use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use aether::cluster::{NodeProcess, ShardTable, nats::ClusterClient};
use tokio::{task::JoinSet, time::Instant};

type Kept = Arc<Mutex<Vec<(Instant, Arc<ShardTable>)>>>;

/// Every shard table that a client has heard of, and when.
pub(crate) struct Maps {
    kept: Kept,
    /// Ends when it is dropped.
    _following: JoinSet<()>,
}

impl Maps {
    pub(crate) fn follow(client: &ClusterClient) -> Self {
        let (kept, client) = (Kept::default(), client.clone());
        let mut following = JoinSet::new();
        let told = Arc::clone(&kept);
        following.spawn(async move {
            let mut known = None;
            while let Some(table) = client.wait_for(|it| Some(it.epoch()) > known).await {
                known = Some(table.epoch());
                let mut kept = told.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push((Instant::now(), table));
            }
        });
        Self {
            kept,
            _following: following,
        }
    }

    /// The first table after a moment of which this is true, and when it came.
    pub(crate) fn first(
        &self,
        after: Instant,
        is_so: impl Fn(&ShardTable) -> bool,
    ) -> Option<(Instant, Arc<ShardTable>)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut later = kept.iter().filter(|(at, _)| *at >= after);
        later.find(|(_, table)| is_so(table)).cloned()
    }
}

/// How many shards a node has.
pub(crate) fn owned(table: &ShardTable, node: &str) -> usize {
    let owners = table.owners().filter_map(|(_, owner)| owner);
    owners.filter(|it| it.node.as_str() == node).count()
}

/// Whether the nodes have all shards, each its share, and nothing moves.
pub(crate) fn is_shared(table: &ShardTable, nodes: usize) -> bool {
    let shares = shares(table);
    let (least, most) = (shares.values().min(), shares.values().max());
    let is_even = least
        .zip(most)
        .is_some_and(|(least, most)| most - least <= 1);
    let all: usize = shares.values().sum();
    is_even && shares.len() == nodes && all == table.owners().count() && table.moving().len() == 0
}

/// How many shards each process has.
pub(crate) fn shares(table: &ShardTable) -> BTreeMap<&NodeProcess, usize> {
    let mut shares = BTreeMap::new();
    for owner in table.owners().filter_map(|(_, owner)| owner) {
        *shares.entry(owner).or_default() += 1;
    }
    shares
}

/// To whom the shards of a node have gone, as in `43 to a, 42 to c`.
pub(crate) fn heirs(before: &ShardTable, after: &ShardTable, node: &str) -> String {
    let mut heirs: BTreeMap<&str, usize> = BTreeMap::new();
    let owners = before.owners();
    let lost = owners.filter(|(_, owner)| owner.is_some_and(|it| it.node.as_str() == node));
    for heir in lost.filter_map(|(shard, _)| after.owner(shard)) {
        *heirs.entry(heir.node.as_str()).or_default() += 1;
    }
    let told = heirs
        .iter()
        .map(|(heir, shards)| format!("{shards} to {heir}"));
    told.collect::<Vec<_>>().join(", ")
}

use std::{collections::BTreeMap, sync::Arc};

use aether::cluster::{NodeProcess, ShardTable, nats::ClusterClient};
use tokio::{sync::watch, task::JoinSet, time::Instant};

type Heard = Vec<(Instant, Arc<ShardTable>)>;

/// Every shard table that a client has heard of, and when.
pub(crate) struct Maps {
    heard: watch::Receiver<Heard>,
    /// Ends when it is dropped.
    _following: JoinSet<()>,
}

impl Maps {
    pub(crate) fn follow(client: &ClusterClient) -> Self {
        let (sender, heard) = watch::channel(Heard::new());
        let client = client.clone();
        let mut following = JoinSet::new();
        following.spawn(async move {
            let mut known = None;
            while let Some(table) = client.wait_for(|it| Some(it.epoch()) > known).await {
                known = Some(table.epoch());
                sender.send_modify(|heard| heard.push((Instant::now(), table)));
            }
        });
        Self {
            heard,
            _following: following,
        }
    }

    /// Waits for the first table after a moment of which this is true, and says when it came; none if
    /// the client has gone.
    pub(crate) async fn first(
        &self,
        after: Instant,
        is_so: impl Fn(&ShardTable) -> bool + Send + Sync,
    ) -> Option<(Instant, Arc<ShardTable>)> {
        let found = |heard: &Heard| {
            let mut later = heard.iter().filter(|(at, _)| *at >= after);
            later.find(|(_, table)| is_so(table)).cloned()
        };
        let mut heard = self.heard.clone();
        let heard = heard.wait_for(|heard| found(heard).is_some()).await;
        found(&*heard.ok()?)
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

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use aether::cluster::ShardTable;
use serde::{Deserialize, Serialize};

/// A shard table that someone went by, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sighting {
    pub(crate) epoch: u64,
    pub(crate) token: u64,
    /// Tells who has which shard from any other such table.
    pub(crate) owners: u64,
}

impl Sighting {
    pub(crate) fn of(table: &ShardTable) -> Self {
        let mut hasher = DefaultHasher::new();
        for (shard, owner) in table.owners() {
            let since = table.owned_since(shard).0;
            (owner.map(ToString::to_string), since).hash(&mut hasher);
        }
        Self {
            epoch: table.epoch().0,
            token: table.token().0,
            owners: hasher.finish(),
        }
    }
}

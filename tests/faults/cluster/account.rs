//! The domain of the nodes: accounts, each change of which says who made it.

use std::sync::OnceLock;

use aether::{cluster::nats::ClusterClient, prelude::*};

/// An account was changed.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Changed {
    /// The number of the command.
    pub(crate) number: u64,
    pub(crate) by: i64,
    /// What is there after it.
    pub(crate) total: i64,
    /// The process that decided, as far as it knows itself to have the account.
    pub(crate) process: Option<String>,
    /// The epoch since which it has it.
    pub(crate) since: u64,
}

/// Put something in, or take something out.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Change {
    #[command(id)]
    pub(crate) account: String,
    pub(crate) number: u64,
    pub(crate) by: i64,
}

/// There is too little to take that much out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there are {total}")]
pub(crate) struct TooLittle {
    total: i64,
}

/// Something that may not fall below nothing.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(Changed), snapshot)]
pub(crate) struct Account {
    total: i64,
}

#[handlers]
impl Account {
    #[handle]
    fn change(&self, command: Change) -> Result<Changed, TooLittle> {
        let Change {
            account,
            number,
            by,
        } = command;
        let total = self.total + by;
        if total < 0 {
            return Err(TooLittle { total: self.total });
        }
        let (process, since) = tenure(&account).unzip();
        Ok(Changed {
            number,
            by,
            total,
            process,
            since: since.unwrap_or_default(),
        })
    }

    #[apply]
    fn changed(&mut self, event: &Changed) {
        self.total = event.total;
    }
}

bounded_context! {
    /// Keeps accounts.
    pub(crate) Banking { aggregates: [Account] }
}

/// This process in the cluster, if it is a node.
///
/// A handler that looks beyond its state has no place in a domain. Here it is a witness: what it
/// sees is judged, and nothing is decided by it.
pub(crate) static HERE: OnceLock<Here> = OnceLock::new();

/// The table as this process knows it, and its name.
#[derive(Debug)]
pub(crate) struct Here {
    pub(crate) client: ClusterClient,
    pub(crate) node: String,
}

/// As which process this one has an account, and since when; nothing, if it does not know that it
/// has it.
fn tenure(account: &str) -> Option<(String, u64)> {
    let here = HERE.get()?;
    let table = here.client.table()?;
    let shard = table.count().shard_of("Account", account);
    let owner = table.owner(shard)?;
    let is_here = owner.node.as_str() == here.node;
    is_here.then(|| (owner.to_string(), table.owned_since(shard).0))
}

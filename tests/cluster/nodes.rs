use std::{collections::BTreeSet, ffi::OsStr, path::Path, process::Command, sync::Arc};

use aether::cluster::{ShardTable, nats::ClusterClient};
use aether_tests::crash::Writer;
use tokio::time::{Duration, timeout};

/// A process that is a node.
pub(crate) struct Node {
    pub(crate) name: String,
    process: Writer,
}

impl Node {
    /// Starts a process, which is not ready yet.
    pub(crate) fn start(urls: &str, name: &str, replicas: usize) -> Self {
        let replicas = replicas.to_string();
        Self::start_as(name, [urls, name, &replicas, "itself"].map(OsStr::new))
    }

    /// Starts a process whose runtime answers for its actors.
    pub(crate) fn start_runtime(urls: &str, name: &str) -> Self {
        Self::start_as(name, [urls, name, "1", "runtime"].map(OsStr::new))
    }

    /// Starts a process whose runtime also sees to what follows from the events, and tells the
    /// outside of it in a file.
    pub(crate) fn start_following(urls: &str, name: &str, calls: &Path) -> Self {
        let [urls, one, who] = [urls, "1", "followers"].map(OsStr::new);
        Self::start_as(name, [urls, OsStr::new(name), one, who, calls.as_os_str()])
    }

    fn start_as<'a>(name: &str, arguments: impl IntoIterator<Item = &'a OsStr>) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_shard-node"));
        Self {
            name: name.to_owned(),
            process: Writer::start_with(program, arguments),
        }
    }

    /// Waits until it knows where every actor is.
    pub(crate) async fn ready(&mut self) {
        let said = self.process.line().await.expect("it ended before it came");
        assert!(said.starts_with(&format!("{}/", self.name)), "{said}");
    }

    /// The shards that it serves.
    pub(crate) async fn shards(&mut self) -> BTreeSet<u16> {
        self.process.say("shards\n").await;
        let said = self.process.line().await.expect("it ended");
        serde_json::from_str(&said).unwrap()
    }

    /// The followers that it sees to.
    pub(crate) async fn followers(&mut self) -> BTreeSet<String> {
        self.process.say("followers\n").await;
        let said = self.process.line().await.expect("it ended");
        serde_json::from_str(&said).unwrap()
    }

    /// Waits until it has done all that is for it to do.
    pub(crate) async fn settle(&mut self) {
        self.process.say("settle\n").await;
        assert_eq!(self.process.line().await.as_deref(), Some("settled"));
    }

    /// Has it count on a counter, wherever that is; says at which version that is then.
    pub(crate) async fn count(&mut self, counter: &str) -> u64 {
        self.process.say(&format!("{counter}\n")).await;
        let said = self.process.line().await.expect("it ended");
        said.parse().unwrap()
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it has left and ended by itself.
    pub(crate) async fn left(mut self) {
        assert_eq!(self.process.line().await.as_deref(), Some("left"));
        self.process.ended().await;
    }

    /// Kills it (-9).
    pub(crate) async fn kill(self) {
        self.process.kill_unheard().await;
    }
}

/// The shards of a node by a table.
pub(crate) fn owned_by(table: &ShardTable, node: &str) -> BTreeSet<u16> {
    let owners = table.owners();
    let owned = owners.filter(|(_, owner)| owner.is_some_and(|it| it.node.as_str() == node));
    owned.map(|(shard, _)| shard.number()).collect()
}

/// Whether these nodes, and no others, have all shards, each its share, and nothing moves.
pub(crate) fn is_shared_by(table: &ShardTable, nodes: &[&str]) -> bool {
    let shares = nodes.iter().map(|node| owned_by(table, node).len());
    let shares: Vec<_> = shares.collect();
    let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
    let all = shares.iter().sum::<usize>() == table.owners().count();
    all && most - least <= 1 && table.moving().len() == 0
}

pub(crate) async fn shared(client: &ClusterClient, nodes: &[&str]) -> Arc<ShardTable> {
    let shared = client.wait_for(|table| is_shared_by(table, nodes));
    let shared = timeout(Duration::from_mins(1), shared).await;
    shared
        .unwrap_or_else(|_| panic!("{nodes:?} do not share: {:?}", client.table()))
        .unwrap()
}

/// Each shard is served by the one node that has it by the table.
pub(crate) async fn check_each_is_served_once(client: &ClusterClient, nodes: &mut [Node]) {
    let names: Vec<_> = nodes.iter().map(|it| it.name.clone()).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let table = shared(client, &names).await;
    let mut all = BTreeSet::new();
    for node in nodes {
        // What the table says reaches the node within the notice that has reached the client, or
        // a little later.
        let wanted = owned_by(&table, &node.name);
        let served = async {
            while node.shards().await != wanted {
                tokio::task::yield_now().await;
            }
        };
        let served = timeout(Duration::from_secs(10), served).await;
        assert!(served.is_ok(), "{} does not serve {wanted:?}", node.name);
        for shard in wanted {
            assert!(all.insert(shard), "{shard} is served twice");
        }
    }
    assert_eq!(all.len(), table.owners().count());
}

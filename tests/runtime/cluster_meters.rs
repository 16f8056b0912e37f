//! What a node of a cluster measures.

use std::time::Duration;

use aether::cluster::{
    NodeId, Shard, ShardCount,
    nats::{AskReply, BegunShard, ClusterManager, ClusterOptions, ReceivedAsk, ShardHandler},
};
use aether_tests::harness::NatsServer;
use metrics::Recorder;
use tokio::time::timeout;

use crate::metrics::Ledger;

struct Echo;

impl ShardHandler for Echo {
    fn begin(&self, _begun: BegunShard) {}

    fn end(&self, _shard: Shard) {}

    async fn handle(&self, ask: ReceivedAsk) -> AskReply {
        AskReply::Ok(ask.payload)
    }
}

/// A node that joins a cluster with 16 shards, which measures if there is a recorder.
#[expect(
    clippy::future_not_send,
    reason = "a recorder is local to its thread, and so is the test"
)]
pub(crate) async fn join(
    server: &NatsServer,
    name: &str,
    recorder: Option<&dyn Recorder>,
) -> ClusterManager {
    let guard = recorder.map(metrics::set_default_local_recorder);
    let options = ClusterOptions::new("measured").shards(ShardCount::new(16).unwrap());
    let node = NodeId::new(name).unwrap();
    let node = options.join(&server.url(), node, Echo).await.unwrap();
    drop(guard);
    assert!(node.ready().await);
    node
}

#[tokio::test]
async fn what_happens_in_a_cluster_is_measured() {
    let (server, ledger) = (NatsServer::start().await, Ledger::default());
    let one = join(&server, "one", Some(&ledger)).await;
    ledger.comes_to("aether_cluster_leading", 1.0).await;
    ledger.comes_to("aether_cluster_shards", 16.0).await;
    let other = join(&server, "other", None).await;
    ledger.comes_to("aether_cluster_members", 2.0).await;
    let is_shared = other.client().wait_for(|table| {
        let owners = table.owners();
        let others =
            owners.filter(|(_, owner)| owner.is_some_and(|it| it.node.as_str() == "other"));
        others.count() == 8 && table.moving().len() == 0
    });
    timeout(Duration::from_secs(30), is_shared).await.unwrap();
    ledger.comes_to("aether_cluster_shards", 8.0).await;
    let client = one.client().clone();
    let answer = client
        .ask("Echo", "e", "hello", Duration::from_secs(10))
        .await;
    assert_eq!(answer.unwrap(), "hello");

    drop(other);
    let alone = client.wait_for(|table| table.nodes().len() == 1);
    timeout(Duration::from_secs(30), alone).await.unwrap();
    ledger.comes_to("aether_cluster_members", 1.0).await;
    let all = async {
        while ledger.sum("aether_cluster_shard_changes_total seized") < 8.0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(10), all).await.unwrap();
    for key in 0..64 {
        let answer = client
            .ask("Echo", &key.to_string(), "hello", Duration::from_secs(10))
            .await;
        assert_eq!(answer.unwrap(), "hello");
    }

    let sum = |name: &str| ledger.sum(name);
    assert_eq!(sum("aether_cluster_leader_changes_total elected"), 1.0);
    assert_eq!(sum("aether_cluster_member_changes_total joined"), 2.0);
    assert_eq!(sum("aether_cluster_member_changes_total died"), 1.0);
    assert_eq!(sum("aether_cluster_shard_changes_total taken"), 16.0);
    assert_eq!(sum("aether_cluster_shard_changes_total released"), 8.0);
    assert_eq!(sum("aether_cluster_shard_changes_total seized"), 8.0);
    assert!(sum("aether_cluster_asks_total carried_out") >= 64.0);
    assert!(sum("aether_cluster_tables_published_total") >= 4.0);
    let gaps = ledger.values("aether_cluster_unserved_seconds takeover");
    assert_eq!(gaps.len(), 8);
    assert!(gaps.iter().all(|gap| (0.0..5.0).contains(gap)), "{gaps:?}");
    one.leave().await;
    assert_eq!(sum("aether_cluster_leader_changes_total stepped_down"), 1.0);
}

//! How it is noticed that a node has died.

use aether::cluster::{
    ClusterEvent, DeathCause, NodeId, NodeSettings, Shard, ShardCount,
    nats::{AskReply, BegunShard, ClusterOptions, ReceivedAsk, ShardHandler},
};
use aether_tests::harness::NatsCluster;
use bytes::Bytes;
use tokio::time::{Duration, timeout};

use crate::nodes::{Node, shared};

const COUNTERS: usize = 16;
const PATIENCE: Duration = Duration::from_mins(1);

/// Answers what it was asked.
struct Echo;

impl ShardHandler for Echo {
    fn begin(&self, _begun: BegunShard) {}

    fn end(&self, _shard: Shard) {}

    async fn handle(&self, ask: ReceivedAsk) -> AskReply {
        AskReply::Ok(ask.payload)
    }
}

/// The leader's server did not know of this one when the leader connected, and a client does not hear
/// of those that come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_alone_on_a_server_that_came_later_is_not_waited_for() {
    let servers = NatsCluster::start().await;
    let mut settings = NodeSettings {
        shards: ShardCount::new(256).unwrap(),
        // Whoever is too slow here is waited for.
        silence: PATIENCE * 2,
        ..NodeSettings::default()
    };
    settings.membership.ping = PATIENCE / 4;
    let options = ClusterOptions::new("test").settings(settings);
    let url = servers.urls().remove(0);
    let leader = options.join(&url, NodeId::new("a").unwrap(), Echo).await;
    let leader = leader.unwrap();
    assert!(timeout(PATIENCE, leader.ready()).await.unwrap());
    let later = servers.one_more().await;
    let mut other = Node::start(&later.url(), "b", 1);
    timeout(PATIENCE, other.ready()).await.unwrap();
    let client = leader.client().clone();
    shared(&client, &["a", "b"]).await;

    let mut events = leader.events();
    other.kill().await;
    // Who asks finds nobody there, and says so.
    let asking = tokio::spawn(async move {
        for id in 0..COUNTERS {
            let answer = client.ask("Counter", &id.to_string(), "", PATIENCE).await;
            assert_eq!(answer.unwrap(), Bytes::new());
        }
    });
    let died = timeout(PATIENCE, async {
        loop {
            if let ClusterEvent::Died(process, cause) = events.next().await.unwrap() {
                return (process, cause);
            }
        }
    });
    let (process, cause) = died.await.unwrap();
    assert_eq!(process.node.as_str(), "b");
    assert_eq!(cause, DeathCause::Disconnected);
    timeout(PATIENCE, asking).await.unwrap().unwrap();
    leader.leave().await;
}

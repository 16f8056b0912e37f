use std::{collections::BTreeMap, time::Duration};

use aether::cluster::{
    NodeId, Shard, ShardCount,
    nats::{AskReply, BegunShard, ClusterManager, ClusterOptions, ReceivedAsk, ShardHandler},
};
use aether_tests::harness::NatsServer;
use bytes::Bytes;
use tokio::{sync::mpsc, time::timeout};

const SHARDS: u16 = 16;

/// Says something of each shard that it gives away, and notes what it hears of those it gets.
struct Talkative {
    name: &'static str,
    heard: mpsc::UnboundedSender<(Shard, Bytes)>,
}

impl ShardHandler for Talkative {
    fn begin(&self, _begun: BegunShard) {}

    fn end(&self, _shard: Shard) {}

    async fn handle(&self, ask: ReceivedAsk) -> AskReply {
        AskReply::Ok(ask.payload)
    }

    fn hand_over(&self, shard: Shard) -> Option<Bytes> {
        Some(Bytes::from(format!("{} had {}", self.name, shard.number())))
    }

    fn warm(&self, shard: Shard, handed_over: Bytes) {
        // The test may have heard enough.
        drop(self.heard.send((shard, handed_over)));
    }
}

async fn join(
    server: &NatsServer,
    name: &'static str,
) -> (ClusterManager, mpsc::UnboundedReceiver<(Shard, Bytes)>) {
    let (heard, all) = mpsc::unbounded_channel();
    let count = ShardCount::new(SHARDS.into()).unwrap();
    let options = ClusterOptions::new("talkative").shards(count);
    let node = NodeId::new(name).unwrap();
    let handler = Talkative { name, heard };
    let node = options.join(&server.url(), node, handler).await.unwrap();
    assert!(node.ready().await);
    (node, all)
}

#[tokio::test]
async fn what_a_node_says_of_the_shards_that_it_gives_away_comes_to_who_gets_them() {
    let server = NatsServer::start().await;
    let (one, _heard) = join(&server, "one").await;
    let (other, mut heard) = join(&server, "other").await;
    let all = async {
        let mut said = BTreeMap::new();
        while said.len() < usize::from(SHARDS / 2) {
            let (shard, text) = heard.recv().await.unwrap();
            said.insert(shard, text);
        }
        said
    };
    let said = timeout(Duration::from_mins(1), all).await.unwrap();
    let is_shared = other.client().wait_for(|table| {
        let owners = table.owners();
        let others =
            owners.filter(|(_, owner)| owner.is_some_and(|it| it.node.as_str() == "other"));
        others.map(|(shard, _)| shard).eq(said.keys().copied())
    });
    timeout(Duration::from_mins(1), is_shared).await.unwrap();
    for (shard, text) in said {
        assert_eq!(text, format!("one had {}", shard.number()));
    }
    other.leave().await;
    one.leave().await;
}

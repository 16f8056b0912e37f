//! What is told of tables may be lost: those who go by an earlier one find that out.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout},
};

use super::{
    AskReply, BegunShard, ClusterClient, ClusterManager, ClusterOptions, ReceivedAsk, ShardHandler,
    bucket::Put, follower::Follower, link::Link, names::Names,
};
use crate::{
    cluster::{FencingToken, NodeId, Shard, ShardCount, ShardTable},
    simulation::nats::{LineId, LineMishap, NatsDouble},
};

/// How long nothing is heard of tables.
const BLIND: Duration = Duration::from_mins(10);
/// How long anyone may wait for the answer of an actor that is elsewhere by now: much less than it is
/// until a table is read that was not heard of.
const SOON: Duration = Duration::from_millis(150);
const PATIENCE: Duration = Duration::from_secs(30);

/// Says who has the actor.
struct Says(&'static str);

impl ShardHandler for Says {
    fn begin(&self, _begun: BegunShard) {}

    fn end(&self, _shard: Shard) {}

    async fn handle(&self, _ask: ReceivedAsk) -> AskReply {
        AskReply::Ok(self.0.into())
    }
}

fn options() -> ClusterOptions {
    ClusterOptions::new("c").shards(ShardCount::new(16).unwrap())
}

async fn node(double: &NatsDouble, name: &'static str) -> (ClusterManager, LineId) {
    let connection = double.connect();
    let line = connection.line();
    let options = options().over(connection);
    let manager = options.join("", NodeId::new(name).unwrap(), Says(name));
    (manager.await.unwrap(), line)
}

async fn client(double: &NatsDouble) -> (ClusterClient, LineId) {
    let connection = double.connect();
    let line = connection.line();
    let client = options().over(connection).client("").await.unwrap();
    (client, line)
}

/// Waits until each of so many nodes has its share.
async fn shared(client: &ClusterClient, nodes: usize) {
    let is_shared = client.wait_for(|table| {
        let owners = table.owners().filter_map(|(_, owner)| owner);
        let mut owners: Vec<_> = owners.map(|it| it.node.clone()).collect();
        owners.sort();
        let count = owners.len();
        owners.dedup();
        (count, owners.len(), table.moving().len()) == (16, nodes, 0)
    });
    is_shared.await.unwrap();
}

/// An actor that a node has.
fn actor(client: &ClusterClient, node: &str) -> String {
    let table = client.table().unwrap();
    let has_it = |key: &String| {
        let owner = table.owner_of("Lamp", key);
        owner.is_some_and(|it| it.node.as_str() == node)
    };
    let mut keys = (0..1_000).map(|key| key.to_string());
    keys.find(has_it).unwrap()
}

/// Who answers for an actor, and how long that takes.
async fn asked(client: &ClusterClient, key: &str) -> (String, Duration) {
    let began = Instant::now();
    let answer = client.ask("Lamp", key, "who", PATIENCE).await.unwrap();
    (String::from_utf8(answer.to_vec()).unwrap(), began.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_not_heard_of_a_table_finds_out_when_nobody_is_there() {
    let double = NatsDouble::new(1, 3);
    let (_a, _) = node(&double, "a").await;
    let (b, _) = node(&double, "b").await;
    let (client, line) = client(&double).await;
    shared(&client, 2).await;
    let of_b = actor(&client, "b");
    double.befall(line, LineMishap::Blind(BLIND));
    b.leave().await;
    let (who, took) = asked(&client, &of_b).await;
    assert_eq!(who, "a");
    assert!(took < SOON, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_has_not_heard_of_a_table_finds_out_when_it_is_asked_by_it() {
    let double = NatsDouble::new(1, 3);
    let (_a, _) = node(&double, "a").await;
    let (b, _) = node(&double, "b").await;
    let (_c, line) = node(&double, "c").await;
    let (client, _) = client(&double).await;
    shared(&client, 3).await;
    double.befall(line, LineMishap::Blind(BLIND));
    b.leave().await;
    shared(&client, 2).await;
    let of_c = client.table().unwrap();
    let of_c = of_c
        .owners()
        .filter(|(_, owner)| owner.is_some_and(|it| it.node.as_str() == "c"));
    assert_eq!(of_c.count(), 8);
    for key in 0..50 {
        let (_, took) = asked(&client, &key.to_string()).await;
        assert!(took < SOON, "{key}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_hears_of_a_table_while_another_one_is_read() {
    let double = NatsDouble::new(1, 3);
    let leader = options()
        .over(double.connect())
        .link("", true)
        .await
        .unwrap();
    let table = ShardTable::new(ShardCount::new(16).unwrap());
    let first = write(&leader, &table, 0).await;
    let connection = double.connect();
    let line = connection.line();
    let link = options().over(connection).link("", false).await.unwrap();
    let look = Arc::new(Notify::new());
    let following = Follower::start(link, Arc::clone(&look), BLIND);
    let (_follower, mut tables) = following.await.unwrap();
    // The answer to a question is lost.
    double.befall(line, LineMishap::Mute);
    look.notify_one();
    sleep(Duration::from_millis(50)).await;
    double.heal();
    let later = table.changed(FencingToken(1), []).unwrap();
    write(&leader, &later, first).await;
    let heard = tables.wait_for(|it| it.as_ref().is_some_and(|it| it.epoch() == later.epoch()));
    let heard = timeout(Duration::from_millis(100), heard).await;
    assert!(heard.is_ok(), "it has not heard of it while it waits");
}

async fn write(leader: &Link, table: &ShardTable, over: u64) -> u64 {
    match leader.bucket.put(Names::MAP, table.encode(), over).await {
        Ok(Put::Done(revision)) => revision,
        Ok(Put::Refused) | Err(_) => panic!("the table is not written"),
    }
}

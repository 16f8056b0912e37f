use aether::{
    JetStreamOptions, Namespace,
    cluster::{
        ShardCount,
        nats::{ClusterClient, ClusterOptions},
    },
};
use aether_tests::harness::{NatsCluster, NatsServer};
use tokio::time::{Duration, Instant, timeout};

use crate::{
    load::{Load, check_each_took_effect_once, taken_over, worst},
    nodes::{Node, check_each_is_served_once, owned_by, shared},
};

const COUNTERS: usize = 48;

async fn client(urls: &str) -> ClusterClient {
    let options = ClusterOptions::new("test").shards(ShardCount::new(256).unwrap());
    let client = options.client(urls).await.unwrap();
    assert!(client.ready().await);
    client
}

/// Some nodes, each with its share.
async fn cluster(urls: &str, names: &[&str], replicas: usize) -> (Vec<Node>, ClusterClient) {
    let mut nodes: Vec<_> = names
        .iter()
        .map(|name| Node::start(urls, name, replicas))
        .collect();
    for node in &mut nodes {
        let ready = timeout(Duration::from_mins(1), node.ready()).await;
        assert!(ready.is_ok(), "{} does not come", node.name);
    }
    let client = client(urls).await;
    shared(&client, names).await;
    (nodes, client)
}

/// Waits until nothing has moved for two seconds: a process that got no time for long may have been
/// taken for dead before.
async fn at_rest(client: &ClusterClient) {
    loop {
        let epoch = client.table().unwrap().epoch();
        let later = client.wait_for(|it| it.epoch() > epoch);
        if timeout(Duration::from_secs(2), later).await.is_err() {
            return;
        }
    }
}

/// Kills one of three nodes, lets one leave and one come, under load; checks and times it all.
async fn survive(urls: &str, replicas: usize) {
    let (mut nodes, client) = cluster(urls, &["a", "b", "c"], replicas).await;
    check_each_is_served_once(&client, &mut nodes).await;
    let load = Load::start(&client, COUNTERS);
    load.all_at_work(COUNTERS).await;
    let rests = timeout(Duration::from_mins(1), at_rest(&client)).await;
    assert!(rests.is_ok(), "it moves without a reason");

    let killed_at = Instant::now();
    nodes.remove(0).kill().await;
    let is_gone = client.wait_for(|table| owned_by(table, "a").is_empty());
    timeout(Duration::from_secs(30), is_gone).await.unwrap();
    let reassigned = killed_at.elapsed();
    check_each_is_served_once(&client, &mut nodes).await;

    let left_at = Instant::now();
    nodes.first().unwrap().signal("TERM");
    timeout(Duration::from_secs(40), nodes.remove(0).left())
        .await
        .unwrap();
    let has_left = Instant::now();
    check_each_is_served_once(&client, &mut nodes).await;

    let came_at = Instant::now();
    nodes.push(Node::start(urls, "d", replicas));
    timeout(Duration::from_mins(1), nodes[1].ready())
        .await
        .unwrap();
    shared(&client, &["c", "d"]).await;
    let is_shared = Instant::now();
    check_each_is_served_once(&client, &mut nodes).await;

    let answers = load.end().await;
    let store = JetStreamOptions::new().namespace(Namespace::new("counters").unwrap());
    let store = store.connect(urls).await.unwrap();
    check_each_took_effect_once(&store, &answers).await;
    let (first, last) = taken_over(&answers, "a", killed_at);
    println!(
        "{} commands; kill -9: table without the dead {reassigned:?}, first command elsewhere \
         {first:?}, all {last:?}; SIGTERM: {:?} to drain, worst command {:?}; join: worst command \
         {:?}",
        answers.len(),
        has_left - left_at,
        worst(&answers, left_at, has_left),
        worst(&answers, came_at, is_shared),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_killed_leave_and_come_and_no_command_is_lost_or_done_twice() {
    let server = NatsServer::start().await;
    survive(&server.url(), 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_holds_on_three_servers() {
    let servers = NatsCluster::start().await;
    survive(&servers.urls().join(","), 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_frozen_comes_back_as_a_later_process() {
    let server = NatsServer::start().await;
    let (mut nodes, client) = cluster(&server.url(), &["a", "b", "c"], 1).await;
    let before = client.table().unwrap();
    let incarnation = |table: &aether::cluster::ShardTable| {
        let mut nodes = table.nodes().iter();
        nodes
            .find(|it| it.node.as_str() == "a")
            .map(|it| it.incarnation)
    };
    let load = Load::start(&client, COUNTERS);
    load.all_at_work(COUNTERS).await;
    let frozen_at = Instant::now();
    nodes[0].signal("STOP");
    let is_gone = client.wait_for(|table| owned_by(table, "a").is_empty());
    timeout(Duration::from_secs(30), is_gone).await.unwrap();
    nodes[0].signal("CONT");
    let table = shared(&client, &["a", "b", "c"]).await;
    assert!(incarnation(&table) > incarnation(&before), "{table:?}");
    check_each_is_served_once(&client, &mut nodes).await;
    let answers = load.end().await;
    let store = JetStreamOptions::new().namespace(Namespace::new("counters").unwrap());
    let store = store.connect(&server.url()).await.unwrap();
    check_each_took_effect_once(&store, &answers).await;
    let (first, last) = taken_over(&answers, "a", frozen_at);
    println!(
        "{} commands; SIGSTOP: first command elsewhere {first:?}, all {last:?}",
        answers.len()
    );
}

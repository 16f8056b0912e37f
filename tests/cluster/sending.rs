use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use aether::{
    ActorId, EventStore, EventStoreExt as _, JetStreamEventStore, JetStreamOptions, Namespace,
    Version,
    cluster::{
        ShardCount,
        nats::{ClusterClient, ClusterOptions},
    },
    runtime::Aether,
};
use aether_tests::harness::NatsServer;
use tokio::{
    task::JoinSet,
    time::{Duration, timeout},
};

use crate::{
    counters::{Count, Counting},
    nodes::{Node, owned_by, shared},
};

const COUNTERS: usize = 24;

pub(crate) async fn store(url: &str) -> JetStreamEventStore {
    let options = JetStreamOptions::new().namespace(Namespace::new("counters").unwrap());
    options.connect(url).await.unwrap()
}

pub(crate) fn options() -> ClusterOptions {
    ClusterOptions::new("test").shards(ShardCount::new(256).unwrap())
}

/// Three nodes whose runtimes answer, and a runtime in a process that is no node.
pub(crate) async fn cluster(url: &str) -> (Vec<Node>, Aether, ClusterClient) {
    let names = ["a", "b", "c"];
    let mut nodes = names.map(|name| Node::start_runtime(url, name));
    for node in &mut nodes {
        let ready = timeout(Duration::from_mins(1), node.ready()).await;
        assert!(ready.is_ok(), "{} does not come", node.name);
    }
    let aether = Aether::builder().store(store(url).await);
    let aether = aether.context::<Counting>().start().await.unwrap();
    let client = options().client_with(url, &aether).await.unwrap();
    assert!(client.ready().await);
    shared(&client, &names).await;
    (nodes.into(), aether, client)
}

/// All that a counter was told happened once, in the order in which it was answered.
async fn check(store: &impl EventStore, counter: &str, answered: &[Version]) {
    let actor = ActorId::of("Counter", counter).unwrap();
    let events = store.events(&actor, Version::NONE).await.unwrap();
    let stored: Vec<_> = events.iter().map(|it| it.version).collect();
    assert_eq!(stored, answered, "of {counter}");
    let mut commands: Vec<_> = events.iter().map(|it| it.metadata.command_id).collect();
    commands.sort_unstable();
    commands.dedup();
    assert_eq!(commands.len(), events.len(), "of {counter}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_find_their_actors_and_none_is_lost_or_done_twice_when_a_node_is_killed() {
    let server = NatsServer::start().await;
    let (mut nodes, aether, client) = cluster(&server.url()).await;
    let (mut tasks, stop) = (JoinSet::new(), Arc::new(AtomicBool::new(false)));
    for number in 0..COUNTERS {
        let (aether, stop) = (aether.clone(), Arc::clone(&stop));
        tasks.spawn(async move {
            let (counter, mut versions) = (format!("c{number}"), Vec::new());
            while !stop.load(Ordering::Relaxed) {
                let counter = counter.clone();
                let sent = aether.send(Count { counter }).await.unwrap();
                assert_eq!(sent.events().len(), 1);
                versions.push(sent.version);
            }
            (counter, versions)
        });
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    nodes.remove(0).kill().await;
    let is_gone = client.wait_for(|table| owned_by(table, "a").is_empty());
    timeout(Duration::from_secs(30), is_gone).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    nodes[0].signal("TERM");
    timeout(Duration::from_secs(40), nodes.remove(0).left())
        .await
        .unwrap();
    stop.store(true, Ordering::Relaxed);
    let all: BTreeMap<_, _> = tasks.join_all().await.into_iter().collect();
    assert_eq!(all.len(), COUNTERS);
    let store = store(&server.url()).await;
    for (counter, versions) in &all {
        check(&store, counter, versions).await;
    }
    // Nothing was carried out here.
    assert_eq!(aether.actors().cells, 0);
    let done: usize = all.values().map(Vec::len).sum();
    println!("{done} commands");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_send_to_the_actors_of_one_another_and_each_decides_on_the_present_state() {
    let server = NatsServer::start().await;
    let (mut nodes, _aether, client) = cluster(&server.url()).await;
    let store = store(&server.url()).await;
    let (mut remote, mut unmarked) = (0, 0);
    for number in 0..6 {
        let counter = format!("c{number}");
        let mut versions = Vec::new();
        for _ in 0..3 {
            for node in &mut nodes {
                versions.push(Version::from(node.count(&counter).await));
            }
        }
        check(&store, &counter, &versions).await;
        let actor = ActorId::of("Counter", &counter).unwrap();
        let events = store.events(&actor, Version::NONE).await.unwrap();
        let table = client.table().unwrap();
        let owner = table.owner_of("Counter", &counter).unwrap();
        for (event, node) in events.iter().zip(["a", "b", "c"].iter().cycle()) {
            // Who is asked by another process knows the command again by its mark.
            let session = event.metadata.session.as_ref();
            let session = session.map(|it| it.session.to_string());
            let is_remote = owner.node.as_str() != *node;
            let own = format!("node/{node}");
            if is_remote {
                assert_eq!(session, Some(own));
            } else {
                // What the client knows, a node may know a moment later; then it asks itself.
                assert!(session.as_ref().is_none_or(|it| *it == own), "{session:?}");
                unmarked += usize::from(session.is_none());
            }
            remote += usize::from(is_remote);
        }
    }
    assert_eq!(remote, 6 * 3 * 2);
    assert!(
        unmarked >= 6,
        "{unmarked} commands went to no other process"
    );
}

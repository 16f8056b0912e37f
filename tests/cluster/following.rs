//! The work that follows from events is for one node each, and goes on at another one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    pin::pin,
};

use aether::{EventStore, Position, runtime::Aether};
use aether_tests::harness::NatsServer;
use futures_util::StreamExt as _;
use tokio::time::{Duration, timeout};

use crate::{
    counters::{Count, Counting},
    echoes::Repeated,
    nodes::{Node, owned_by, shared},
    sending::{options, store},
};

/// Who repeats a count, in the order of their names.
const ALL: [&str; 5] = ["adapter", "deadline", "policy", "process 1", "timer"];

/// Who has repeated what was counted, as soon as so many counters were repeated by all.
async fn repeated(store: &impl EventStore, counters: usize) -> BTreeMap<String, Vec<String>> {
    let mut log = pin!(store.follow(Position::START));
    let (mut all, mut whole) = (BTreeMap::<_, Vec<_>>::new(), 0);
    while whole < counters {
        let recorded = log.next().await.unwrap().unwrap();
        let actor = recorded.commit.actor_id();
        if actor.actor_type() != "Echo" {
            continue;
        }
        for event in recorded.commit.events() {
            let Repeated { by } = event.data.decode().unwrap();
            let heard = all.entry(actor.key().unwrap().to_owned()).or_default();
            heard.push(by);
            whole += usize::from(heard.len() == ALL.len());
        }
    }
    all
}

fn check(all: &BTreeMap<String, Vec<String>>, counters: usize) {
    assert_eq!(all.len(), counters);
    for (counter, heard) in all {
        let mut heard = heard.clone();
        heard.sort();
        assert_eq!(heard, ALL, "of {counter}");
    }
}

fn calls(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The followers that each of some nodes sees to.
async fn duties(nodes: &mut [Node]) -> Vec<BTreeSet<String>> {
    let mut all = Vec::new();
    for node in nodes {
        all.push(node.followers().await);
    }
    all
}

const FOLLOWERS: [&str; 7] = [
    "adapter Press",
    "outbox Remembering",
    "policy RepeatAtOnce",
    "policy RepeatLater",
    "process Remembering",
    "timers Remembering",
    "timers RepeatLater",
];

/// Each is seen to by one.
fn check_shared(duties: &[BTreeSet<String>]) {
    let mut all: Vec<_> = duties.iter().flatten().collect();
    all.sort();
    assert_eq!(all, FOLLOWERS.iter().collect::<Vec<_>>(), "{duties:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_work_that_follows_is_for_one_node_and_goes_on_at_another_one() {
    let server = NatsServer::start().await;
    let url = server.url();
    let folder = tempfile::tempdir().unwrap();
    let printed = folder.path().join("calls");
    let names = ["a", "b", "c"];
    let nodes = names.map(|name| Node::start_following(&url, name, &printed));
    let mut nodes = Vec::from(nodes);
    for node in &mut nodes {
        let ready = timeout(Duration::from_mins(1), node.ready()).await;
        assert!(ready.is_ok(), "{} does not come", node.name);
    }
    let store = store(&url).await;
    let aether = Aether::builder().store(store.clone());
    let aether = aether.context::<Counting>().start().await.unwrap();
    let client = options().client_with(&url, &aether).await.unwrap();
    shared(&client, &names).await;

    let count = async |counters: std::ops::Range<usize>| {
        for number in counters {
            let counter = format!("c{number}");
            aether.send(Count { counter }).await.unwrap();
        }
    };
    let all_repeated = async |counters| {
        let repeated = timeout(Duration::from_mins(1), repeated(&store, counters)).await;
        check(
            &repeated.expect("all that follows within a minute"),
            counters,
        );
    };
    let epoch = client.table().unwrap().epoch();
    count(0..20).await;
    all_repeated(20).await;
    check_shared(&duties(&mut nodes).await);
    // As long as nothing moves, the outside hears of each thing once.
    let all = calls(&printed);
    let distinct: BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), 20, "{all:?}");
    let has_moved = client.table().unwrap().epoch() > epoch;
    assert!(has_moved || all.len() == 20, "{all:?}");

    count(20..30).await;
    nodes.remove(0).kill().await;
    count(30..40).await;
    let is_gone = client.wait_for(|table| owned_by(table, "a").is_empty());
    timeout(Duration::from_secs(30), is_gone).await.unwrap();
    all_repeated(40).await;
    check_shared(&duties(&mut nodes).await);

    count(40..50).await;
    nodes[0].signal("TERM");
    let left = nodes.remove(0).left();
    timeout(Duration::from_secs(40), left).await.unwrap();
    count(50..60).await;
    all_repeated(60).await;
    check_shared(&duties(&mut nodes).await);
    nodes[0].settle().await;
    check(&repeated(&store, 60).await, 60);
    // Whoever is no node has no part in it.
    assert_eq!(aether.actors().cells, 0);
}

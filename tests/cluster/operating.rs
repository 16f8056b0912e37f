//! The command line of a program, on a cluster that runs.

use std::process::{Output, Stdio};

use aether::{
    JetStreamOptions, Namespace,
    cluster::{
        ShardCount,
        nats::{ClusterClient, ClusterOptions},
    },
};
use aether_tests::harness::NatsServer;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
    time::{Duration, interval, timeout},
};

use crate::{
    load::{Load, check_each_took_effect_once},
    nodes::{Node, owned_by, shared},
};

const COUNTERS: usize = 24;

fn command(url: &str, args: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tea"));
    let program_args = program.arg("cluster").args(args);
    program_args.args(["--server", url, "--cluster", "test", "--json"]);
    program.stdin(Stdio::null()).kill_on_drop(true);
    program
}

/// Runs the program, and wants it to end with this code. What it said for programs, and for people.
async fn ends(code: i32, url: &str, args: &[&str]) -> (Vec<Value>, String) {
    let ended = timeout(Duration::from_mins(1), command(url, args).output()).await;
    let Output {
        status,
        stdout,
        stderr,
    } = ended.expect("it ends").unwrap();
    let [out, err] = [stdout, stderr].map(|it| String::from_utf8(it).unwrap());
    assert_eq!(status.code(), Some(code), "{args:?}: {out}{err}");
    let lines = out.lines().map(|line| serde_json::from_str(line).unwrap());
    (lines.collect(), err)
}

async fn answer(url: &str, args: &[&str]) -> Value {
    let (mut lines, _) = ends(0, url, args).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

async fn cluster(url: &str, names: &[&str]) -> (Vec<Node>, ClusterClient) {
    let mut nodes: Vec<_> = names.iter().map(|it| Node::start(url, it, 1)).collect();
    for node in &mut nodes {
        let ready = timeout(Duration::from_mins(1), node.ready()).await;
        assert!(ready.is_ok(), "{} does not come", node.name);
    }
    let options = ClusterOptions::new("test").shards(ShardCount::new(256).unwrap());
    let client = options.client(url).await.unwrap();
    shared(&client, names).await;
    (nodes, client)
}

fn states(nodes: &[Value]) -> Vec<(&str, &str)> {
    let states = nodes
        .iter()
        .map(|it| (it["node"].as_str(), it["state"].as_str()));
    states
        .map(|(node, state)| (node.unwrap(), state.unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_operates_a_cluster_sees_it_and_says_who_has_shards() {
    let server = NatsServer::start().await;
    let url = server.url();
    let (mut nodes, client) = cluster(&url, &["a", "b", "c"]).await;
    let load = Load::start(&client, COUNTERS);
    load.all_at_work(COUNTERS).await;

    let status = answer(&url, &["status"]).await;
    let shards = json!({ "all": 256, "unowned": 0, "moving": 0 });
    assert_eq!(
        (&status["shards"], &status["leader"]["heard"]),
        (&shards, &json!(true))
    );
    assert_eq!(status["findings"], json!([]));
    let active = ["a", "b", "c"].map(|it| (it, "active"));
    assert_eq!(states(status["nodes"].as_array().unwrap()), active);

    // Who came first has one more than the others.
    let shards = owned_by(&client.table().unwrap(), "b").len();
    let drained = answer(&url, &["drain", "b"]).await;
    assert_eq!(
        (&drained["shards"], &drained["left"]),
        (&json!(shards), &json!(0)),
        "{drained}"
    );
    let is_empty = client.wait_for(|table| owned_by(table, "b").is_empty());
    timeout(Duration::from_secs(5), is_empty).await.unwrap();
    let (rows, _) = ends(0, &url, &["nodes"]).await;
    assert_eq!(states(&rows)[1], ("b", "draining"));
    let (rows, _) = ends(0, &url, &["shards", "--node", "b"]).await;
    assert_eq!(rows, Vec::<Value>::new());

    answer(&url, &["uncordon", "b"]).await;
    answer(&url, &["rebalance"]).await;
    let table = shared(&client, &["a", "b", "c"]).await;
    let cordoned = answer(&url, &["cordon", "b"]).await;
    assert_eq!(cordoned["shards"], owned_by(&table, "b").len());
    nodes.pop().unwrap().kill().await;
    let is_gone = client.wait_for(|table| owned_by(table, "c").is_empty());
    let after = timeout(Duration::from_secs(30), is_gone)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(owned_by(&after, "b"), owned_by(&table, "b"));
    let (rows, _) = ends(0, &url, &["shards"]).await;
    let of_a = rows
        .iter()
        .filter(|it| it["owner"].as_str().unwrap().starts_with("a/"));
    assert_eq!(of_a.count(), 256 - owned_by(&table, "b").len());

    let answers = load.end().await;
    let store = JetStreamOptions::new().namespace(Namespace::new("counters").unwrap());
    let store = store.connect(&url).await.unwrap();
    check_each_took_effect_once(&store, &answers).await;
    println!("{} commands", answers.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_view_shows_a_node_that_goes_until_it_is_broken_off() {
    let server = NatsServer::start().await;
    let url = server.url();
    let (mut nodes, _client) = cluster(&url, &["a", "b"]).await;
    let mut program = command(&url, &["nodes", "--watch"]);
    let mut program = program.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut shown = async |wanted: &str| {
        let shown = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                let row: Value = serde_json::from_str(&line).unwrap();
                if row["node"] == "a" && row["shards"] == json!(wanted.parse::<u64>().unwrap()) {
                    return true;
                }
            }
            false
        };
        let shown = timeout(Duration::from_secs(30), shown).await;
        assert_eq!(shown, Ok(true), "{wanted}");
    };
    shown("128").await;
    nodes.pop().unwrap().kill().await;
    shown("256").await;
    let id = program.id().unwrap().to_string();
    let told = Command::new("kill").args(["-s", "INT", &id]).status().await;
    assert!(told.unwrap().success());
    let ended = timeout(Duration::from_secs(10), program.wait()).await;
    assert_eq!(ended.unwrap().unwrap().code(), Some(130));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_node_was_told_holds_also_when_it_was_taken_for_dead_meanwhile() {
    let server = NatsServer::start().await;
    let url = server.url();
    let (nodes, client) = cluster(&url, &["a", "b"]).await;
    let cordoned = answer(&url, &["cordon", "a"]).await;
    nodes[0].signal("STOP");
    let is_gone = client.wait_for(|table| owned_by(table, "a").is_empty());
    timeout(Duration::from_secs(30), is_gone).await.unwrap();
    nodes[0].signal("CONT");
    let back = async {
        loop {
            let (rows, _) = ends(0, &url, &["nodes"]).await;
            let back = rows.into_iter().find(|it| it["node"] == "a");
            let process = |it: &Value| format!("a/{}", it["incarnation"]);
            if let Some(back) = back.filter(|it| process(it) != cordoned["process"]) {
                return back;
            }
        }
    };
    let back = timeout(Duration::from_secs(30), back).await.unwrap();
    assert_eq!(
        (&back["state"], &back["shards"]),
        (&json!("cordoned"), &json!(0))
    );
}

/// Beats like a node of a release that takes no orders.
async fn beat_as_before(url: String) {
    let client = async_nats::connect(url).await.unwrap();
    let beat = json!({
        "process": { "node": "old", "incarnation": 1 }, "server": "s", "version": "", "weight": 1,
        "availability": "cordoned", "epoch": 0,
    });
    let mut turns = interval(Duration::from_millis(200));
    loop {
        turns.tick().await;
        let beat = beat.to_string();
        client.publish("ae.test.hb", beat.into()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_done_with_a_cluster_is_said() {
    let mut server = NatsServer::start().await;
    let url = server.url();
    let (_, err) = ends(2, &url, &["status"]).await;
    assert!(
        err.contains("no node of this cluster was ever here"),
        "{err}"
    );

    let (mut nodes, _client) = cluster(&url, &["a", "b"]).await;
    let (_, err) = ends(2, &url, &["drain", "x"]).await;
    assert!(
        err.contains("nothing was done: the cluster has no node `x`"),
        "{err}"
    );
    let old = tokio::spawn(beat_as_before(url.clone()));
    let (_, err) = ends(2, &url, &["drain", "old"]).await;
    assert!(
        err.contains("old/1 runs a release that does not know this order"),
        "{err}"
    );
    old.abort();

    nodes.pop().unwrap().kill().await;
    let is_gone = async { while ends(0, &url, &["nodes"]).await.0.len() > 1 {} };
    timeout(Duration::from_secs(30), is_gone).await.unwrap();
    let (_, err) = ends(2, &url, &["drain", "a"]).await;
    assert!(
        err.contains("there is no node but `a` that takes shards"),
        "{err}"
    );

    nodes.pop().unwrap().kill().await;
    let (lines, _) = ends(1, &url, &["status"]).await;
    let findings = lines[0]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(
        findings[1]
            .as_str()
            .unwrap()
            .ends_with("has 256 shards, and is not heard")
    );
    let (_, err) = ends(2, &url, &["cordon", "a"]).await;
    assert!(
        err.contains("nothing was done: nobody leads the cluster"),
        "{err}"
    );

    server.kill();
    let (_, err) = ends(2, &url, &["status"]).await;
    assert!(err.contains("the cluster has no connection"), "{err}");
}

//! Chapter 15: several processes that share the actors.
#![expect(clippy::print_stdout, reason = "it is shown what a program says")]
#![expect(
    clippy::disallowed_methods,
    reason = "the test is several nodes at once"
)]

use std::{future::Future, time::Duration};

use aether_tests::harness::NatsServer;
use tokio::{
    sync::oneshot,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::running::Hire;

// ANCHOR: node
use aether::{
    JetStreamOptions,
    cluster::{NodeId, ShardCount, nats::ClusterOptions},
    runtime::Aether,
};

type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// The same for everyone in the cluster.
fn city() -> Result<ClusterOptions, AnyError> {
    let options = ClusterOptions::new("city").shards(ShardCount::new(256)?);
    Ok(options.version(env!("CARGO_PKG_VERSION")))
}

async fn shop(url: &str) -> Result<Aether, AnyError> {
    let store = JetStreamOptions::new().connect(url).await?;
    Ok(Aether::builder()
        .store(store)
        .context::<Hire>()
        .start()
        .await?)
}

async fn serve(
    url: &str,
    name: &str,
    told_to_end: impl Future<Output = ()>,
) -> Result<(), AnyError> {
    let aether = shop(url).await?;
    let node = city()?.join_with(url, NodeId::new(name)?, &aether).await?;
    if node.ready().await {
        println!("{} is ready", node.status().process);
    }
    told_to_end.await;
    node.leave().await;
    aether.shutdown().await;
    Ok(())
}
// ANCHOR_END: node

// ANCHOR: main
use tokio::signal::unix::{SignalKind, signal};

async fn until_sigterm() {
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    terminate.recv().await;
}
// ANCHOR_END: main

// ANCHOR: client
use crate::bike::{AddBike, Bike, HireBike, RiderId};

async fn hire(aether: &Aether, bike: &str, rider: u64) -> Result<(), AnyError> {
    let add = AddBike {
        bike: bike.into(),
        station: "Harbour".to_owned(),
    };
    aether.send(add).await?;
    let hire = HireBike {
        bike: bike.into(),
        rider: RiderId::from(rider),
    };
    aether.send(hire).within(Duration::from_secs(10)).await?;
    Ok(())
}

async fn some_rides(url: &str, bikes: &[&str]) -> Result<(), AnyError> {
    let aether = shop(url).await?;
    let client = city()?.client_with(url, &aether).await?;
    client.ready().await;
    for (rider, bike) in (1..).zip(bikes) {
        hire(&aether, bike, rider).await?;
        // Only the nodes carry commands out; whoever asks may read.
        assert_eq!(aether.load::<Bike>(*bike).await?.version(), 2.into());
    }
    aether.shutdown().await;
    Ok(())
}
// ANCHOR_END: client

// ANCHOR: orders
use aether::cluster::{ClusterEvent, ClusterOrder, nats::OrderTaken};

async fn drain(url: &str, name: &str) -> Result<usize, AnyError> {
    let observer = city()?.observe(url).await?;
    let order = ClusterOrder::Drain(NodeId::new(name)?);
    let taken = observer.order(&order).await?;
    let OrderTaken::Obeyed { shards, .. } = taken else {
        return Err("it was to drain".into());
    };
    loop {
        let view = observer.look().await?;
        let mut nodes = view.nodes.iter();
        let node = nodes.find(|it| it.process.node.as_str() == name);
        if node.is_none_or(|it| it.shards == 0) {
            return Ok(shards);
        }
        sleep(Duration::from_millis(100)).await;
    }
}
// ANCHOR_END: orders

/// A node, and how it is told to end.
fn node(url: &str, name: &'static str) -> (oneshot::Sender<()>, JoinHandle<Result<(), AnyError>>) {
    let (tell, told) = oneshot::channel();
    let url = url.to_owned();
    let told = async {
        let _told = told.await;
    };
    (
        tell,
        tokio::spawn(async move { serve(&url, name, told).await }),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_find_the_nodes_also_when_one_is_drained_and_leaves() {
    let server = NatsServer::start().await;
    let url = server.url();
    let (one, two) = (node(&url, "one"), node(&url, "two"));
    let watching = shop(&url).await.unwrap();
    // There is no cluster before a node has come.
    let watcher = async {
        loop {
            if let Ok(client) = city().unwrap().client(&url).await {
                return client;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let watcher = timeout(Duration::from_secs(30), watcher).await.unwrap();
    let both = watcher.wait_for(|table| table.nodes().len() == 2 && table.moving().len() == 0);
    timeout(Duration::from_secs(30), both).await.unwrap();
    some_rides(&url, &["b-1", "b-2", "b-3", "b-4"])
        .await
        .unwrap();

    let third = city().unwrap();
    let third = third
        .join_with(&url, NodeId::new("three").unwrap(), &watching)
        .await
        .unwrap();
    let mut events = third.events();
    assert!(drain(&url, "one").await.unwrap() > 0);
    one.0.send(()).unwrap();
    let left = async {
        loop {
            if let Some(ClusterEvent::Left(process)) = events.next().await {
                return process.node;
            }
        }
    };
    let left = timeout(Duration::from_secs(30), left).await.unwrap();
    assert_eq!(left.as_str(), "one");
    one.1.await.unwrap().unwrap();
    some_rides(&url, &["b-5", "b-6"]).await.unwrap();
    third.leave().await;
    watching.shutdown().await;
    two.0.send(()).unwrap();
    two.1.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_signal_ends_the_wait() {
    let waiting = until_sigterm();
    let told = async {
        // It is heard from its first poll on, which is before this one.
        let id = std::process::id().to_string();
        let kill = tokio::process::Command::new("kill")
            .args(["-s", "TERM", &id])
            .status();
        kill.await.unwrap()
    };
    let both = async { tokio::join!(waiting, told) };
    assert!(
        timeout(Duration::from_secs(10), both)
            .await
            .unwrap()
            .1
            .success()
    );
}

//! A node of a cluster whose actors are accounts: it leaves when it is told to (SIGTERM), says which
//! process it is when it is asked on its input, and writes down each shard table that it goes by.

#![expect(clippy::print_stdout, reason = "whoever has started it reads it")]
#![expect(clippy::expect_used, reason = "a test process that cannot go on ends")]

mod account;
mod sighting;

use std::{env, error::Error, fs::OpenOptions, io::Write as _, path::Path, process};

use aether::{
    JetStreamOptions, Namespace,
    cluster::{
        NodeId, ShardCount,
        nats::{ClusterClient, ClusterManager, ClusterOptions},
    },
    runtime::Aether,
};
use async_nats::ConnectOptions;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, stdin},
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};

use self::{
    account::{Banking, HERE, Here},
    sighting::Sighting,
};

/// Servers name each other's real addresses, where no proxy is.
fn connecting() -> ConnectOptions {
    ConnectOptions::new().ignore_discovered_servers()
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut argument = || {
        arguments
            .next()
            .ok_or("wanted: urls, node, replicas, folder")
    };
    let (urls, node, replicas, folder) =
        (argument()?, argument()?, argument()?.parse()?, argument()?);
    let mut terminate = signal(SignalKind::terminate())?;
    let servers: Vec<_> = urls.split(',').map(str::to_owned).collect();
    let store = JetStreamOptions::new().namespace(Namespace::new("accounts")?);
    let store = store.replicas(replicas);
    let store = store.open(connecting().connect(servers).await?).await?;
    let aether = Aether::builder().store(store).context::<Banking>();
    let aether = aether.start().await?;
    let options = ClusterOptions::new("bank").replicas(replicas);
    let options = options.shards(ShardCount::new(256)?).connecting(connecting);
    let manager = options
        .join_with(&urls, NodeId::new(&*node)?, &aether)
        .await?;
    let client = manager.client().clone();
    let mut watching = JoinSet::new();
    watching.spawn(write_down(client.clone(), node.clone(), folder));
    HERE.set(Here { client, node }).expect("it is set once");
    assert!(manager.ready().await, "it has left before it came");
    println!("{}", manager.status().process);
    tokio::select! {
        _told = terminate.recv() => {
            manager.leave().await;
            aether.shutdown().await;
            println!("left");
        }
        () = say_who(&manager) => {}
    }
    watching.abort_all();
    Ok(())
}

/// Says which process it is whenever a line comes, until there is no more input.
async fn say_who(manager: &ClusterManager) {
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(_asked) = lines.next_line().await.expect("an input") {
        println!("{}", manager.status().process);
    }
}

/// Writes down each table that this process goes by.
async fn write_down(client: ClusterClient, node: String, folder: String) {
    let path = Path::new(&folder).join(format!("{node}-{}", process::id()));
    let file = OpenOptions::new().create(true).append(true).open(path);
    let mut file = file.expect("a file");
    let write = |table: &_| {
        let line = serde_json::to_string(&Sighting::of(table)).expect("it is JSON");
        writeln!(file, "{line}").expect("it is written");
        false
    };
    client.wait_for(write).await;
}

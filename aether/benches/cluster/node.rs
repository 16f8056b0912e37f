use std::{num::NonZeroU64, time::Duration};

use aether::{
    JetStreamEventStore, JetStreamOptions, Namespace,
    cluster::{
        NodeId, NodeSettings, ShardCount,
        nats::{AskReply, BegunShard, ClusterManager, ClusterOptions, ReceivedAsk, ShardHandler},
    },
    runtime::{Aether, SnapshotPolicy},
};
use futures_util::StreamExt as _;
use tokio::{sync::mpsc, task::JoinSet};

use crate::{Count, Counter, Counting, Failure, Outcome, account::Account, load};

/// Answers with what it is asked, and keeps nothing.
struct Echo;

impl ShardHandler for Echo {
    fn begin(&self, _begun: BegunShard) {}

    fn end(&self, _shard: aether::cluster::Shard) {}

    async fn handle(&self, ask: ReceivedAsk) -> AskReply {
        AskReply::Ok(ask.payload)
    }
}

/// What nodes do whose actors are taken over by others.
pub(crate) const MOVERS: &str = "movers";

/// Whoever takes an actor over reads so many events of it at most, besides its snapshot, where that
/// is what is measured: a fifth of what is so by default.
const SNAPSHOTS: SnapshotPolicy = SnapshotPolicy::every(NonZeroU64::new(20).unwrap());

pub(crate) async fn store(urls: &str, replicas: usize) -> Result<JetStreamEventStore, Failure> {
    let store = JetStreamOptions::new().namespace(Namespace::new("counters")?);
    Ok(store.replicas(replicas).connect(urls).await?)
}

pub(crate) async fn runtime(urls: &str, replicas: usize, what: &str) -> Result<Aether, Failure> {
    let builder = Aether::builder().store(store(urls, replicas).await?);
    let builder = if what == MOVERS {
        builder.snapshots_of::<Counter>(SNAPSHOTS)
    } else {
        builder
    };
    Ok(builder.context::<Counting>().start().await?)
}

pub(crate) fn options(replicas: usize) -> ClusterOptions {
    let options = ClusterOptions::new("bench").replicas(replicas);
    options.shards(ShardCount::default())
}

/// A node: where the servers are, its name, how many replicas there are, what it does, and whether
/// it notes what becomes of each command.
pub(crate) async fn run(arguments: &[&str]) -> Outcome {
    let [urls, name, replicas, what, is_fine, moves] = arguments else {
        return Err("wanted: urls, name, replicas, what, whether all is noted, moves".into());
    };
    let account = Account::begin(is_fine.parse()?);
    let replicas = replicas.parse()?;
    let node = NodeId::new(*name)?;
    let aether = runtime(urls, replicas, what).await?;
    let mut settings = NodeSettings::default();
    settings.balance.moves = moves.parse()?;
    let options = options(replicas).settings(settings);
    let manager = if *what == "echo" {
        options.join(urls, node, Echo).await?
    } else {
        options.join_with(urls, node, &aether).await?
    };
    let mut raw = JoinSet::new();
    raw.spawn(respond((*urls).to_owned()));
    if !manager.ready().await {
        return Err("it has left before it came".into());
    }
    println!("ready");
    let mut lines = lines();
    while let Some(line) = lines.recv().await {
        if line == "leave" {
            manager.leave().await;
            aether.shutdown().await;
            tell(&account);
            println!("left");
            break;
        }
        obey(&line, &manager, &aether, &account).await?;
    }
    Ok(())
}

fn tell(account: &Account) {
    for line in account.take() {
        println!("{line}");
    }
}

/// What it is told on its input. Whoever has started it has gone when there is no more.
fn lines() -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

/// Does what a line says, and says what came of it.
async fn obey(line: &str, manager: &ClusterManager, aether: &Aether, account: &Account) -> Outcome {
    let words: Vec<_> = line.split(' ').collect();
    match words.as_slice() {
        ["leader"] => {
            let leader = manager.status().leader;
            println!(
                "{}",
                leader.map(|it| it.node.to_string()).unwrap_or_default()
            );
        }
        ["account"] => {
            tell(account);
            println!("end");
        }
        ["count", counters, millis] => {
            let (counters, millis) = (counters.parse()?, millis.parse()?);
            let counted = load::rate(counters, Duration::from_millis(millis), async |counter| {
                let counter = format!("here{counter}");
                aether.send(Count { counter, by: 1 }).await.map(drop)
            });
            println!("{}", counted.await?);
        }
        _ => return Err(format!("what is `{line}`?").into()),
    }
    Ok(())
}

/// Answers with what it is asked, as the raw client does it.
async fn respond(urls: String) -> Outcome {
    let servers: Vec<String> = urls.split(',').map(str::to_owned).collect();
    let client = async_nats::connect(servers).await?;
    // One of all nodes.
    let mut asked = client
        .queue_subscribe("raw.echo", "nodes".to_owned())
        .await?;
    while let Some(message) = asked.next().await {
        if let Some(reply) = message.reply {
            client.publish(reply, message.payload).await?;
        }
    }
    Ok(())
}

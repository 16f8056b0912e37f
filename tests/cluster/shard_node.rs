//! A node of a cluster whose actors are counters: it leaves when it is told to (SIGTERM), and says
//! which shards it has when it is asked on its input. Whether it sees to the asks itself, or leaves
//! that to the runtime, an argument says; of the latter, the input names counters, each of which it
//! counts on, wherever that is, and says what came of it; with an address behind it, who listens
//! there is asked before. One that also sees to what follows is asked which followers are its own,
//! and to settle.

#![expect(clippy::print_stdout, reason = "whoever has started it reads it")]
#![expect(clippy::expect_used, reason = "a test process that cannot go on ends")]

mod counters;
mod echoes;
mod printing;

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aether::{
    CommandId, JetStreamOptions, Namespace,
    cluster::{
        NodeId, Shard, ShardCount,
        nats::{AskReply, BegunShard, ClusterOptions, ReceivedAsk, ShardHandler},
    },
    runtime::{Aether, FollowerState},
};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, stdin},
    runtime,
    signal::unix::{SignalKind, signal},
};

use self::{
    counters::{Count, CountInTime, Counting},
    echoes::Echoing,
    printing::Printing,
};

/// What a counter is asked.
#[derive(serde::Deserialize)]
struct Order {
    counter: String,
    id: CommandId,
}

type Shards = Arc<Mutex<BTreeSet<Shard>>>;

struct Counters {
    aether: Aether,
    shards: Shards,
    node: String,
}

impl Counters {
    async fn count(&self, payload: &[u8]) -> Result<AskReply, Box<dyn Error + Send + Sync>> {
        let Order { counter, id } = serde_json::from_slice(payload)?;
        // The same ask may come again: the id tells.
        let sent = self.aether.send(Count { counter }).with_id(id).await?;
        let reply = json!({ "version": sent.version.as_u64(), "node": self.node });
        Ok(AskReply::Ok(serde_json::to_vec(&reply)?.into()))
    }
}

impl ShardHandler for Counters {
    fn begin(&self, begun: BegunShard) {
        let mut shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(shards.insert(begun.shard), "it began twice");
    }

    fn end(&self, shard: Shard) {
        let mut shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        shards.remove(&shard);
    }

    async fn handle(&self, ask: ReceivedAsk) -> AskReply {
        let counted = self.count(&ask.payload).await;
        counted.unwrap_or(AskReply::Busy(Duration::from_millis(20)))
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut argument = || {
        arguments
            .next()
            .ok_or("wanted: url, node, replicas, who handles")
    };
    let (url, node, replicas) = (argument()?, argument()?, argument()?.parse()?);
    let who: String = argument()?;
    let mut terminate = signal(SignalKind::terminate())?;
    let store = JetStreamOptions::new().namespace(Namespace::new("counters")?);
    let store = store.connect(&url).await?;
    let mut aether = Aether::builder().store(store).context::<Counting>();
    if who == "followers" {
        let calls = argument()?.into();
        aether = aether.context::<Echoing>().adapter(Printing { calls });
    }
    let aether = aether.start().await?;
    let shards = Shards::default();
    let counters = Counters {
        aether: aether.clone(),
        shards: Arc::clone(&shards),
        node: node.clone(),
    };
    let options = ClusterOptions::new("test").replicas(replicas);
    let options = options.shards(ShardCount::new(256)?);
    let node = NodeId::new(node)?;
    let manager = match &*who {
        "itself" => options.join(&url, node, counters).await?,
        _ => options.join_with(&url, node, &aether).await?,
    };
    assert!(manager.ready().await, "it has left before it came");
    println!("{}", manager.status().process);
    // A command that waits for somebody holds up its thread, and must not hold up the node.
    let aside = runtime::Builder::new_multi_thread().enable_all().build()?;
    let input = match &*who {
        "itself" => aside.spawn(answer(shards)),
        "followers" => aside.spawn(follow(aether.clone())),
        _ => aside.spawn(count(aether.clone())),
    };
    tokio::select! {
        _told = terminate.recv() => {
            manager.leave().await;
            aether.shutdown().await;
            println!("left");
        }
        _over = input => {}
    }
    aside.shutdown_background();
    Ok(())
}

/// Counts on the counter that a line names, until there is no more input.
async fn count(aether: Aether) {
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await.expect("an input") {
        let sent = match line.split_once(' ') {
            None => aether.send(Count { counter: line }).await,
            Some((counter, clock)) => {
                let (counter, clock) = (counter.to_owned(), clock.to_owned());
                aether.send(CountInTime { counter, clock }).await
            }
        };
        println!("{}", sent.expect("an answer").version);
    }
}

/// Says which followers it sees to, or that it has settled, until there is no more input.
async fn follow(aether: Aether) {
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(asked) = lines.next_line().await.expect("an input") {
        if asked == "settle" {
            aether.settled().await.expect("it settles");
            println!("settled");
            continue;
        }
        let followers = aether.status().into_iter();
        let own = followers.filter(|it| it.state != FollowerState::Elsewhere);
        let own: Vec<_> = own.map(|it| format!("{} {}", it.kind, it.name)).collect();
        println!("{}", json!(own));
    }
}

/// Says which shards it has whenever a line comes, until there is no more input.
async fn answer(shards: Shards) {
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(_asked) = lines.next_line().await.expect("an input") {
        let shards = shards.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers: Vec<_> = shards.iter().map(|it| it.number()).collect();
        println!("{}", json!(numbers));
    }
}

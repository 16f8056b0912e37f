use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use aether::{
    ActorId, CommandId, Event, EventStore, EventStoreExt as _, Version,
    cluster::nats::ClusterClient, runtime::RemoteRefusal,
};
use aether_tests::harness::NatsServer;
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
    time::{Duration, timeout},
};

use crate::{
    counters::{Count, CountInTime, IN_TIME},
    nodes::{owned_by, shared},
    sending::{cluster, store},
};

/// A clock, whose first answer comes when the test says so.
struct Clock {
    address: String,
    first: Option<oneshot::Receiver<TcpStream>>,
    is_in_time: Arc<AtomicBool>,
    _task: JoinSet<()>,
}

impl Clock {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (told, first) = oneshot::channel();
        let is_in_time = Arc::new(AtomicBool::new(false));
        let (mut told, known) = (Some(told), Arc::clone(&is_in_time));
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((asked, _)) = listener.accept().await {
                if let Some(told) = told.take() {
                    told.send(asked).unwrap();
                } else if known.load(Ordering::Relaxed) {
                    in_time(asked).await;
                }
            }
        });
        Self {
            address,
            first: Some(first),
            is_in_time,
            _task: task,
        }
    }

    /// The first one who asks.
    async fn asked(&mut self) -> TcpStream {
        let asked = timeout(Duration::from_secs(30), self.first.take().unwrap()).await;
        asked.expect("nobody asks").unwrap()
    }
}

async fn in_time(mut asked: TcpStream) {
    // Whoever has gone needs no answer.
    drop(asked.write_all(IN_TIME.as_bytes()).await);
}

/// A counter that this node has.
fn counter_of(client: &ClusterClient, node: &str) -> String {
    let table = client.table().unwrap();
    let mut counters = (0..).map(|number| format!("c{number}"));
    let is_its = |counter: &String| {
        let owner = table.owner_of("Counter", counter);
        owner.is_some_and(|it| it.node.as_str() == node)
    };
    counters.find(is_its).unwrap()
}

async fn events(store: &impl EventStore, counter: &str) -> Vec<Event> {
    let actor = ActorId::of("Counter", counter).unwrap();
    store.events(&actor, Version::NONE).await.unwrap()
}

/// A node decides on a command and is frozen before it stores what it has decided. Another one
/// takes its actors over, and refuses the command. When the first one thaws, what it has decided
/// must not be stored any more; nor may it decide anew, on what was stored meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_node_has_refused_takes_no_effect_when_the_one_before_it_thaws() {
    let server = NatsServer::start().await;
    let (mut nodes, aether, client) = cluster(&server.url()).await;
    let (mut clock, id) = (Clock::start().await, CommandId::new());
    let counter = counter_of(&client, "a");
    aether
        .send(Count {
            counter: counter.clone(),
        })
        .await
        .unwrap();
    let command = CountInTime {
        counter: counter.clone(),
        clock: clock.address.clone(),
    };
    let sender = aether.clone();
    let answer = tokio::spawn(async move { sender.send(command).with_id(id).await });
    let before = clock.asked().await;
    nodes[0].signal("STOP");
    let refused = answer.await.unwrap().unwrap_err();
    let refusal = refused.refusal::<RemoteRefusal>();
    let refusal = refusal.unwrap_or_else(|| panic!("{refused:?}"));
    assert_eq!(refusal.to_string(), "it is too late");
    clock.is_in_time.store(true, Ordering::Relaxed);
    in_time(before).await;
    nodes[0].signal("CONT");
    // It is not gone before it has done all that it had begun.
    nodes[0].signal("TERM");
    let left = timeout(Duration::from_secs(40), nodes.remove(0).left());
    left.await.unwrap();

    let sent = aether
        .send(Count {
            counter: counter.clone(),
        })
        .await
        .unwrap();
    let events = events(&store(&server.url()).await, &counter).await;
    let types: Vec<_> = events.iter().map(|it| &*it.event_type).collect();
    assert_eq!(types, ["Counted", "aether.fenced", "Counted"]);
    assert_eq!(sent.version, Version::new(3));
    assert!(events.iter().all(|it| it.metadata.command_id != Some(id)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shard_is_not_given_away_before_the_owners_own_commands_are_done() {
    let server = NatsServer::start().await;
    let (mut nodes, _aether, client) = cluster(&server.url()).await;
    let mut clock = Clock::start().await;
    let counter = counter_of(&client, "a");
    // What the client knows, the node may know a moment later; then it would ask itself.
    assert_eq!(nodes[0].count(&counter).await, 1);
    nodes[0].count_in_time(&counter, &clock.address).await;
    let asked = clock.asked().await;
    nodes[0].signal("TERM");
    let others = client.wait_for(|table| owned_by(table, "a").len() <= 1);
    let table = timeout(Duration::from_secs(30), others).await.unwrap();
    let table = table.unwrap();
    let owner = table.owner_of("Counter", &counter).unwrap();
    assert_eq!(owner.node.as_str(), "a", "it was given away");
    in_time(asked).await;
    assert_eq!(nodes[0].says().await, "2");
    let left = timeout(Duration::from_secs(40), nodes.remove(0).left());
    left.await.unwrap();
    let table = shared(&client, &["b", "c"]).await;
    let shard = table.count().shard_of("Counter", &counter);
    let seized = table.seized_in(shard);
    assert_eq!(seized.0, 0, "it was taken, not handed over");
}

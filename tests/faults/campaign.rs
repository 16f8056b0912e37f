use std::{collections::HashMap, process, sync::Arc, time::Duration};

use aether::{
    ActorId, EventStore as _, EventStoreExt as _, JetStreamEventStore, JetStreamOptions, Namespace,
    Position, Version,
};
use aether_tests::harness::Proxy;
use async_nats::ConnectOptions;
use futures_util::future::{Either, select};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::{
    checker::{History, Readings, Violation, check, report},
    dice::Dice,
    follower::Follower,
    history::Trial,
    pace::Pace,
    schedule::{Fault, Whom},
    servers::Servers,
    summary::{Outcome, Summary},
    writer::{HOT, Writer, hot},
};

const WRITERS: usize = 24;
/// How many connections they share.
const CLIENTS: usize = 6;
/// Acknowledged commits that a round begins with, before the fault.
const CALM: usize = 100;
/// Acknowledged commits that show that the fault is over.
const RECOVERED: usize = 100;
/// No round takes longer, or something is stuck.
const LIMIT: Duration = Duration::from_mins(3);
/// How many actors with few events are read one by one after a round.
const SAMPLE: usize = 40;

/// Writers, readers and servers that faults happen to, round by round.
pub(crate) struct Campaign {
    seed: u64,
    dice: Dice,
    round: usize,
    servers: Servers,
    /// One before each server; the writers' connections go through them.
    proxies: Vec<Proxy>,
    writers: Arc<[JetStreamEventStore]>,
    reader: JetStreamEventStore,
    follower: Follower,
    /// Another one, that reads nothing while a fault happens.
    slow: Follower,
    trials: Vec<Trial>,
}

impl Campaign {
    pub(crate) async fn start(servers: Servers, seed: u64) -> Self {
        let urls = servers.urls();
        let mut proxies = Vec::new();
        for url in &urls {
            proxies.push(Proxy::of(url).await);
        }
        let reader = direct(&servers).await;
        let follower = Follower::of(direct(&servers).await);
        let slow = Follower::of(direct(&servers).await);
        let mut writers = Vec::new();
        for number in 0..CLIENTS {
            writers.push(proxied(&servers, &proxies, number).await);
        }
        Self {
            dice: Dice::new(seed),
            writers: writers.into(),
            round: 0,
            trials: Vec::new(),
            seed,
            servers,
            proxies,
            reader,
            follower,
            slow,
        }
    }

    /// Runs a round for each fault, with at least so many acknowledged events each.
    pub(crate) async fn run(mut self, faults: &[Fault], events: usize) -> Outcome {
        let mut outcome = Outcome::default();
        for fault in faults {
            let round = timeout(LIMIT, self.run_round(*fault, events)).await;
            let what = round.unwrap_or_else(|_| panic!("{} is stuck: {fault}", self.title()));
            outcome.add(&what);
        }
        outcome
    }

    async fn run_round(&mut self, fault: Fault, events: usize) -> Outcome {
        self.round += 1;
        let began = Instant::now();
        self.slow.hold(true);
        let trials = self.disturb(fault, events).await;
        self.slow.hold(false);
        let earlier = self.trials.len();
        self.trials.extend(trials);
        let violations = self.judge().await;
        let summary = Summary {
            title: self.title(),
            fault,
            trials: &self.trials[earlier..],
            took: began.elapsed(),
        };
        println!("{summary}");
        assert!(violations.is_empty(), "{summary}\n{}", report(&violations));
        summary.outcome()
    }

    /// Lets the writers write while the fault happens and until it is over, and waits until each
    /// knows what became of its commits.
    async fn disturb(&mut self, fault: Fault, events: usize) -> Vec<Trial> {
        let pace = Arc::new(Pace::new());
        let mut writers = JoinSet::new();
        for name in 0..WRITERS {
            let writer = self.writer(name, Arc::clone(&pace));
            writers.spawn(writer.run());
        }
        let happen = async {
            pace.reaches(CALM, 0).await;
            self.inject(fault).await;
            pace.reaches(RECOVERED, events).await;
        };
        match select(Box::pin(happen), Box::pin(pace.beat())).await {
            Either::Left(((), _)) => pace.stop(),
            Either::Right(_) => unreachable!("the beat goes on for ever"),
        }
        writers.join_all().await.concat()
    }

    fn writer(&mut self, name: usize, pace: Arc<Pace>) -> Writer {
        Writer {
            name,
            round: self.round,
            dice: self.dice.other(),
            stores: Arc::clone(&self.writers),
            pace,
            beliefs: HashMap::new(),
        }
    }

    async fn inject(&mut self, fault: Fault) {
        match fault {
            Fault::Kill { whom, down } => {
                let node = self.node(whom).await;
                self.servers.node(node).kill();
                sleep(down).await;
                self.servers.node(node).restart().await;
            }
            Fault::Freeze { whom, lasting } => {
                let node = self.node(whom).await;
                self.servers.node(node).freeze();
                sleep(lasting).await;
                self.servers.node(node).thaw();
            }
            Fault::KillAll { down } => {
                self.servers.kill();
                sleep(down).await;
                self.servers.restart().await;
            }
            Fault::KillInTurn => {
                for node in 0..self.servers.count() {
                    self.servers.node(node).restart().await;
                }
            }
            Fault::Cut { times, apart } => {
                for _ in 0..times {
                    self.proxies.iter().for_each(Proxy::cut);
                    sleep(apart).await;
                }
            }
            Fault::Delay { by, lasting } => {
                self.proxies.iter().for_each(|proxy| proxy.delay(by));
                sleep(lasting).await;
                self.proxies
                    .iter()
                    .for_each(|proxy| proxy.delay(Duration::ZERO));
            }
            Fault::Mute { lasting } => {
                self.proxies.iter().for_each(Proxy::mute);
                sleep(lasting).await;
                self.proxies.iter().for_each(Proxy::cut);
            }
        }
    }

    async fn node(&self, whom: Whom) -> usize {
        match whom {
            Whom::Leader => self.servers.leader(self.reader.stream_name()).await,
            Whom::Node(index) => index,
        }
    }

    /// Reads everything back and judges it by what was answered.
    async fn judge(&mut self) -> Vec<Violation> {
        let head = self.reader.head().await.unwrap();
        let again = self.reader.log(Position::START).await.unwrap();
        let histories = self.histories().await;
        self.follower.reach(head).await;
        self.slow.reach(head).await;
        let (followed, slowly) = (self.follower.followed(), self.slow.followed());
        let readings = Readings {
            log: followed.log(),
            others: &[
                ("who reads all of it", &again),
                ("who follows slowly", slowly.log()),
            ],
            histories: &histories,
        };
        check(&self.trials, &readings)
    }

    /// The histories of all hot actors, and of some cold ones.
    async fn histories(&mut self) -> Vec<(ActorId, History)> {
        let mut actors: Vec<_> = (0..HOT).map(hot).collect();
        for _ in 0..SAMPLE {
            let trial = &self.trials[self.dice.below(self.trials.len())];
            actors.push(trial.commits[0].actor_id().clone());
        }
        let mut histories = Vec::new();
        for actor in actors {
            let history = history(&self.reader, &actor).await;
            histories.push((actor, history));
        }
        histories
    }

    fn title(&self) -> String {
        let (servers, seed, round) = (self.servers.count(), self.seed, self.round);
        format!("{servers} server(s), seed {seed}, round {round}")
    }
}

/// Reads an actor's history page by page.
async fn history(store: &JetStreamEventStore, actor: &ActorId) -> History {
    let (mut history, mut after) = (Vec::new(), Version::NONE);
    loop {
        let page = store.read(actor, after).await;
        let page = page.map_err(|err| err.to_string())?;
        after = page.last_version().unwrap_or(after);
        history.extend(page.commits);
        if !page.more {
            return Ok(history);
        }
    }
}

fn options(servers: &Servers) -> JetStreamOptions {
    // The servers are this campaign's alone, so the name is no one else's.
    let namespace = Namespace::new(format!("campaign {}", process::id())).unwrap();
    let options = JetStreamOptions::new().namespace(namespace);
    options
        .replicas(servers.count())
        .patience(Duration::from_mins(1))
}

/// A store that no proxy disturbs.
async fn direct(servers: &Servers) -> JetStreamEventStore {
    options(servers)
        .connect(&servers.urls().join(","))
        .await
        .unwrap()
}

/// A store behind the proxies. Every other one gives up soon, and so has more to say that is in
/// doubt.
async fn proxied(servers: &Servers, proxies: &[Proxy], number: usize) -> JetStreamEventStore {
    let mut urls: Vec<_> = proxies.iter().map(Proxy::url).collect();
    let count = urls.len();
    urls.rotate_left(number % count);
    // Servers name each other's real addresses, where no proxy is.
    let connect = ConnectOptions::new().ignore_discovered_servers();
    let client = connect.retain_servers_order().connect(urls).await.unwrap();
    let options = options(servers);
    let options = if number.is_multiple_of(2) {
        let (attempt, patience) = (Duration::from_millis(300), Duration::from_millis(900));
        options.attempt_timeout(attempt).patience(patience)
    } else {
        options
    };
    options.open(client).await.unwrap()
}

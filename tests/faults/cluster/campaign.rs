use std::{
    fmt, fs,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aether::{
    EventStore as _, JetStreamEventStore, JetStreamOptions, Namespace, Position, Recorded,
    cluster::{
        ShardCount, ShardTable,
        nats::{ClusterClient, ClusterObserver, ClusterOptions},
    },
    runtime::Aether,
};
use aether_tests::harness::{NatsCluster, Proxy};
use async_nats::jetstream;
use futures_util::StreamExt as _;
use tempfile::TempDir;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::{
    account::{Banking, Changed},
    judge::{
        Answer, Entry, Healing, Layout, Made, Outcome, Watched, check_answers, check_healing,
        check_log, check_sightings, check_steps,
    },
    load::{ACCOUNTS, Load},
    node::Node,
    sighting::Sighting,
    trouble::{Stream, Trouble, Whom},
};
use crate::{checker::report, dice::Dice};

/// How many servers keep everything.
const REPLICAS: usize = 3;
const NAMES: [&str; 3] = ["a", "b", "c"];
/// The one whose connections go through proxies.
const PROXIED: usize = 2;
/// No trouble takes longer, or something is stuck.
const LIMIT: Duration = Duration::from_mins(2);
/// How many commands are answered at least between one trouble and the next.
const CALM: u64 = 300;

/// Nodes in processes of their own, on three servers, to which troubles happen while clients send.
pub(crate) struct Campaign {
    servers: NatsCluster,
    proxies: Vec<Proxy>,
    nodes: Vec<Node>,
    store: JetStreamEventStore,
    client: ClusterClient,
    observer: ClusterObserver,
    load: Load,
    seen: Arc<Mutex<Tables>>,
    _watching: JoinSet<()>,
    folder: TempDir,
    healings: Vec<Healing>,
    /// When each trouble began, by the time of those who send.
    begun: Vec<(u64, Trouble)>,
}

/// The tables that were seen from outside.
#[derive(Default)]
struct Tables {
    sightings: Vec<Sighting>,
    history: Vec<Layout>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) troubles: usize,
    pub(crate) done: usize,
    pub(crate) refused: usize,
    pub(crate) in_doubt: usize,
    pub(crate) fences: usize,
    pub(crate) epochs: u64,
    /// How many times nodes came or went of which the moves were counted.
    pub(crate) steps: usize,
    /// The longest that it took after a trouble until each shard had its node.
    pub(crate) slowest_healing: Duration,
    pub(crate) longest_answer: Duration,
    /// What had begun last when that answer came.
    pub(crate) longest_after: Option<Trouble>,
    pub(crate) took: Duration,
}

impl Campaign {
    pub(crate) async fn start(dice: &mut Dice) -> Self {
        let servers = NatsCluster::start().await;
        let (urls, mut proxies) = (servers.urls(), Vec::new());
        for url in &urls {
            proxies.push(Proxy::of(url).await);
        }
        let (folder, urls) = (TempDir::new().unwrap(), urls.join(","));
        let store = open(&urls).await;
        let mut nodes = Vec::new();
        for (place, name) in NAMES.iter().enumerate() {
            let urls = urls_for(place, &servers, &proxies);
            nodes.push(Node::start(&urls, name, REPLICAS, folder.path()).await);
        }
        let aether = Aether::builder().store(store.clone()).context::<Banking>();
        let aether = aether.start().await.unwrap();
        let client = options().client_with(&urls, &aether).await.unwrap();
        let observer = options().observe(&urls).await.unwrap();
        let (seen, mut watching) = (Arc::default(), JoinSet::new());
        watching.spawn(watch(client.clone(), Arc::clone(&seen)));
        let load = Load::start(&aether, client.clone(), dice);
        Self {
            servers,
            proxies,
            nodes,
            store,
            client,
            observer,
            load,
            seen,
            _watching: watching,
            folder,
            healings: Vec::new(),
            begun: Vec::new(),
        }
    }

    /// Has one trouble after the other, with as many commands to each, until so many are answered at
    /// least; judges all of it.
    pub(crate) async fn run(mut self, troubles: &[Trouble], commands: u64) -> Account {
        let (began, share) = (Instant::now(), commands / troubles.len().max(1) as u64);
        for (number, trouble) in troubles.iter().enumerate() {
            let at_rest = timeout(LIMIT, self.at_rest()).await;
            assert!(at_rest.is_ok(), "no rest: {:?}", self.client.table());
            self.begun.push((self.load.now(), *trouble));
            let befallen = timeout(LIMIT, self.befall(*trouble)).await;
            let healed = befallen.unwrap_or_else(|_| panic!("stuck: {trouble}"));
            println!(
                "{:>4} s, {} answered, {} of {}: {trouble}; whole {healed:?} after",
                began.elapsed().as_secs(),
                self.load.answered(),
                number + 1,
                troubles.len(),
            );
            self.healings.push(Healing {
                of: trouble.to_string(),
                took: healed,
            });
            self.calm(share * (number as u64 + 1)).await;
        }
        let at_rest = timeout(LIMIT, self.at_rest()).await;
        assert!(at_rest.is_ok(), "no rest: {:?}", self.client.table());
        self.load.reaches(commands).await;
        self.judge(troubles.len(), began).await
    }

    /// Waits until so many commands are answered in all, and some after this.
    async fn calm(&self, answered: u64) {
        let calm = self.load.reaches(answered.max(self.load.answered() + CALM));
        let calm = timeout(LIMIT, calm).await;
        assert!(
            calm.is_ok(),
            "nobody is answered: {:?}",
            self.client.table()
        );
    }

    /// Waits until all three nodes share the shards, and nothing moves.
    async fn at_rest(&mut self) {
        let is_shared = |table: &ShardTable| {
            let mut loads = NAMES.map(|_| 0_usize);
            for (_, owner) in table.owners() {
                let place = owner.and_then(|it| place_of(it.node.as_str()));
                let Some(place) = place else { return false };
                loads[place] += 1;
            }
            let (least, most) = (loads.iter().min(), loads.iter().max());
            most.unwrap() - least.unwrap() <= 1 && table.moving().len() == 0
        };
        loop {
            self.client.wait_for(is_shared).await.unwrap();
            self.whole().await;
            if is_shared(&self.client.table().unwrap()) {
                return;
            }
        }
    }

    /// Has a trouble, until it is over; how long after that each shard has a node that is there.
    async fn befall(&mut self, trouble: Trouble) -> Duration {
        match trouble {
            Trouble::Kill { whom, down } => {
                let place = self.place(whom).await;
                self.nodes.remove(place).kill().await;
                let without = self.without(place).await;
                sleep(down).await;
                self.start_node(place).await;
                return self.whole().await.max(without);
            }
            Trouble::Drain { whom } => {
                let place = self.place(whom).await;
                let node = self.nodes.remove(place);
                node.signal("TERM");
                node.left().await;
                let without = self.without(place).await;
                self.start_node(place).await;
                return self.whole().await.max(without);
            }
            Trouble::Freeze { whom, lasting } => {
                let place = self.place(whom).await;
                self.nodes[place].signal("STOP");
                sleep(lasting).await;
                self.nodes[place].signal("CONT");
            }
            Trouble::Slow { whom, lasting } => {
                let place = self.place(whom).await;
                self.nodes[place].slow(lasting).await;
            }
            Trouble::Hold { lasting } => {
                self.proxies.iter().for_each(|it| it.hold(true));
                sleep(lasting).await;
                self.proxies.iter().for_each(|it| it.hold(false));
            }
            Trouble::KillServer { of, down } => {
                let server = self.leads(self.stream(of)).await;
                self.servers.node(server).kill();
                sleep(down).await;
                self.servers.node(server).restart().await;
                for of in [Stream::Events, Stream::Cluster] {
                    self.leads(self.stream(of)).await;
                }
            }
        }
        self.whole().await
    }

    async fn place(&self, whom: Whom) -> usize {
        match whom {
            Whom::Place(place) => place,
            Whom::Leader => {
                let view = self.observer.look().await.unwrap();
                let leader = view.leader.map(|(leader, _)| leader.node);
                leader
                    .and_then(|it| place_of(it.as_str()))
                    .unwrap_or_default()
            }
        }
    }

    async fn start_node(&mut self, place: usize) {
        let urls = urls_for(place, &self.servers, &self.proxies);
        let node = Node::start(&urls, NAMES[place], REPLICAS, self.folder.path()).await;
        self.nodes.insert(place, node);
    }

    /// How long it takes until no shard is with the node of this place.
    async fn without(&self, place: usize) -> Duration {
        let since = Instant::now();
        let is_gone = |table: &ShardTable| {
            let mut owners = table.owners();
            owners.all(|(_, owner)| owner.is_some_and(|it| it.node.as_str() != NAMES[place]))
        };
        self.client.wait_for(is_gone).await.unwrap();
        since.elapsed()
    }

    /// How long it takes until each shard is with a process that is there.
    async fn whole(&mut self) -> Duration {
        let since = Instant::now();
        loop {
            let mut here = Vec::new();
            for node in &mut self.nodes {
                here.push(node.who().await);
            }
            let table = self.client.table().unwrap();
            let is_here = |owner: &str| here.iter().any(|it| it == owner);
            let mut owners = table.owners();
            if owners.all(|(_, owner)| owner.is_some_and(|it| is_here(&it.to_string()))) {
                return since.elapsed();
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    fn stream(&self, of: Stream) -> &str {
        match of {
            Stream::Events => self.store.stream_name(),
            Stream::Cluster => "KV_AE_bank",
        }
    }

    /// The server that leads a stream, once one does.
    async fn leads(&self, stream: &str) -> usize {
        let client = async_nats::connect(self.servers.urls()).await.unwrap();
        loop {
            let stream = jetstream::new(client.clone()).get_stream(stream).await;
            let info = stream.ok().and_then(|it| it.cached_info().cluster.clone());
            let leader = info.and_then(|cluster| cluster.leader);
            if let Some(found) = leader.and_then(|name| NatsCluster::named(&name)) {
                return found;
            }
        }
    }

    async fn judge(self, troubles: usize, began: Instant) -> Account {
        let answers = timeout(LIMIT, self.load.end()).await.expect("all end");
        let log = read(&self.store).await;
        for node in self.nodes {
            node.kill().await;
        }
        let shards = ShardCount::new(256).unwrap();
        let shards = (0..ACCOUNTS).map(|it| shards.shard_of("Account", &it.to_string()).number());
        let shards: Vec<_> = shards.collect();
        let seen = std::mem::take(&mut *lock(&self.seen));
        let mut watched = sightings(&self.folder);
        watched.push(Watched {
            who: "a client".to_owned(),
            tables: seen.sightings,
        });
        let (steps, needless) = check_steps(&seen.history);
        let slowest = self.healings.iter().map(|it| it.took).max();
        let mut violations = check_healing(&self.healings);
        violations.extend(check_log(&log, &shards));
        violations.extend(check_answers(&answers, &log));
        violations.extend(check_sightings(&watched));
        violations.extend(needless);
        let longest = answers.iter().max_by_key(|it| lasting(it));
        let account = Account {
            troubles,
            done: count(&answers, |it| matches!(it, Outcome::Done { .. })),
            refused: count(&answers, |it| matches!(it, Outcome::Refused { .. })),
            in_doubt: count(&answers, |it| matches!(it, Outcome::InDoubt(_))),
            fences: log.iter().filter(|it| it.fence.is_some()).count(),
            epochs: seen.history.last().map_or(0, |it| it.epoch),
            steps,
            slowest_healing: slowest.unwrap_or_default(),
            longest_answer: longest.map_or(Duration::ZERO, lasting),
            longest_after: longest.and_then(|it| last_of(&self.begun, it.ended)),
            took: began.elapsed(),
        };
        println!("{account}");
        assert!(violations.is_empty(), "{}", report(&violations));
        account
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} troubles in {:.0} s: {} commands done, {} refused, {} in doubt; {} fences, {} \
             epochs, {} steps; longest healing {:.3} s, longest answer {:.1} s",
            self.troubles,
            self.took.as_secs_f64(),
            self.done,
            self.refused,
            self.in_doubt,
            self.fences,
            self.epochs,
            self.steps,
            self.slowest_healing.as_secs_f64(),
            self.longest_answer.as_secs_f64(),
        )?;
        match self.longest_after {
            Some(trouble) => write!(f, ", after {trouble}"),
            None => Ok(()),
        }
    }
}

fn count(answers: &[Answer], such: impl Fn(&Outcome) -> bool) -> usize {
    answers.iter().filter(|it| such(&it.outcome)).count()
}

fn lasting(answer: &Answer) -> Duration {
    Duration::from_nanos(answer.ended - answer.began)
}

/// The last trouble that had begun by then.
fn last_of(begun: &[(u64, Trouble)], time: u64) -> Option<Trouble> {
    let before = begun.iter().rev().find(|(began, _)| *began <= time);
    before.map(|(_, trouble)| *trouble)
}

fn place_of(node: &str) -> Option<usize> {
    NAMES.iter().position(|name| *name == node)
}

fn urls_for(place: usize, servers: &NatsCluster, proxies: &[Proxy]) -> String {
    if place == PROXIED {
        let urls: Vec<_> = proxies.iter().map(Proxy::url).collect();
        urls.join(",")
    } else {
        servers.urls().join(",")
    }
}

fn options() -> ClusterOptions {
    ClusterOptions::new("bank").shards(ShardCount::new(256).unwrap())
}

async fn open(urls: &str) -> JetStreamEventStore {
    let options = JetStreamOptions::new().namespace(Namespace::new("accounts").unwrap());
    options.replicas(REPLICAS).connect(urls).await.unwrap()
}

fn lock(tables: &Mutex<Tables>) -> std::sync::MutexGuard<'_, Tables> {
    tables.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes down each table that a client hears of.
async fn watch(client: ClusterClient, seen: Arc<Mutex<Tables>>) {
    let look = |table: &ShardTable| {
        let mut seen = lock(&seen);
        seen.sightings.push(Sighting::of(table));
        seen.history.push(Layout::of(table));
        false
    };
    client.wait_for(look).await;
}

/// What the nodes have written down. The last line of one that was killed may be torn.
fn sightings(folder: &TempDir) -> Vec<Watched> {
    let files = fs::read_dir(folder.path()).unwrap();
    let paths = files.map(|it| it.unwrap().path());
    let watched = paths.map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _torn)| whole);
        let tables = whole.lines().map(|it| serde_json::from_str(it).unwrap());
        Watched {
            who: path.display().to_string(),
            tables: tables.collect(),
        }
    });
    watched.collect()
}

/// The log, up to its head, in short.
async fn read(store: &JetStreamEventStore) -> Vec<Entry> {
    let head = store.head().await.unwrap();
    let (mut log, mut entries) = (Box::pin(store.follow(Position::START)), Vec::new());
    while let Some(next) = log.next().await {
        let recorded = next.unwrap();
        entries.push(entry(&recorded));
        if recorded.position >= head {
            break;
        }
    }
    entries
}

fn entry(Recorded { commit, .. }: &Recorded) -> Entry {
    let [event] = commit.events() else {
        panic!("a commit of an account has one event: {commit:?}");
    };
    let account = commit.actor_id().key().expect("an account has a key");
    let fence = event.metadata.custom().get("aetherfence");
    let fence = fence.map(|it| it.split(' ').next().unwrap().parse().unwrap());
    let is_fence = event.event_type == "aether.fenced";
    Entry {
        account: account.parse().unwrap(),
        version: event.version.as_u64(),
        change: (!is_fence).then(|| made(event.data.decode().unwrap())),
        fence,
    }
}

fn made(changed: Changed) -> Made {
    let Changed {
        number,
        by,
        total,
        process,
        since,
    } = changed;
    Made {
        number,
        by,
        total,
        process: process.map(|it| (Arc::from(it), since)),
    }
}

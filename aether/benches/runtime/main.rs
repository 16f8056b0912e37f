//! What a command costs when its actor is in memory.
//!
//! `cargo bench -p aether --bench runtime --all-features` prints a line for each: the store in
//! memory with one actor and with many, a server against the raw client that publishes the same
//! bytes with the same guard into a stream like the store's, a policy and a projection on a server
//! against the raw client that reads and publishes as many messages, and what an idle actor takes.
//! The sides of a comparison run in turns and the ratio is that of their medians; that of their
//! fastest rounds stands beside it. Run otherwise, each does very little, only to see that it works.
//!
//! `--only word` runs those whose name has the word: `memory`, `server`, `pipeline`, `idle`.
//!
//! `--commands n` sends so many commands to one actor over the store in memory and ends: two
//! lengths under `valgrind --tool=callgrind` tell how many instructions a command takes.
//! `--commands-on-a-server n` does so over a server, and `--publishes n` has the raw client publish.
//! `--pipeline n` has a policy and a projection follow so many events over a server, and
//! `--raw-pipeline n` has the raw client do the same messages. `--resting memory|server counter|tally
//! kept|let-go n` says how much memory the process has when so many actors have had a command each.

#![expect(
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on ends"
)]

mod by_hand;
mod pipeline;
#[path = "../store/server.rs"]
#[expect(dead_code, reason = "one server is enough here")]
mod server;

use std::{
    convert::Infallible,
    error::Error,
    fs,
    process::{Command, Stdio},
    sync::atomic::Ordering,
    time::Instant,
};

use aether::{
    Commit, Event, EventStore as _, InMemoryEventStore, JetStreamOptions, Namespace, Version,
    prelude::*,
    runtime::{ActorOptions, Aether},
    wire,
};
use async_nats::jetstream::{self, message::PublishMessage};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

type Failure = Box<dyn Error + Send + Sync>;
type Outcome = Result<(), Failure>;

/// How many commands are under way at once where nothing else is said.
const AT_ONCE: usize = 64;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Counted {
    by: u32,
}

#[derive(Command, Serialize, Deserialize)]
struct Count {
    #[command(id)]
    counter: String,
    by: u32,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Counted))]
struct Counter {
    total: u64,
    last: [u64; 9],
}

#[handlers]
impl Counter {
    #[handle]
    fn count(&self, command: Count) -> Result<Counted, Infallible> {
        Ok(Counted { by: command.by })
    }

    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.total += u64::from(event.by);
        self.last.rotate_right(1);
        self.last[0] = self.total;
    }
}

#[derive(Command, Serialize, Deserialize)]
struct Tick {
    #[command(id)]
    tally: String,
    by: u32,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Ticked {
    by: u32,
}

/// The same with less state.
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Ticked))]
struct Tally {
    total: u64,
    last: [u64; 3],
}

#[handlers]
impl Tally {
    #[handle]
    fn tick(&self, command: Tick) -> Result<Ticked, Infallible> {
        Ok(Ticked { by: command.by })
    }

    #[apply]
    fn ticked(&mut self, event: &Ticked) {
        self.total += u64::from(event.by);
        self.last.rotate_right(1);
        self.last[0] = self.total;
    }
}

bounded_context! {
    /// Counts.
    Counting { aggregates: [Counter, Tally] }
}

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let number = |name: &str| -> Result<Option<u64>, Failure> {
        let at = arguments.iter().position(|it| it == name);
        let number = at.and_then(|at| arguments.get(at + 1));
        Ok(number.map(|number| number.parse()).transpose()?)
    };
    if let Some(number) = number("--commands")? {
        return tokio.block_on(commands(number, InMemoryEventStore::new()));
    }
    if let Some(number) = number("--commands-on-a-server")? {
        return tokio.block_on(commands_on_a_server(number));
    }
    if let Some(number) = number("--publishes")? {
        return tokio.block_on(publishes(number));
    }
    if let Some(number) = number("--pipeline")? {
        return tokio.block_on(pipeline::ours(number));
    }
    if let Some(number) = number("--raw-pipeline")? {
        return tokio.block_on(pipeline::raw(number));
    }
    if let Some(at) = arguments.iter().position(|it| it == "--resting") {
        return tokio.block_on(resting(&arguments[at + 1..]));
    }
    let measuring = arguments.iter().any(|it| it == "--bench");
    let rounds = Rounds(if measuring { 11 } else { 1 }, measuring);
    let only = arguments.iter().position(|it| it == "--only");
    let only = only.and_then(|at| arguments.get(at + 1));
    let runs = |name: &str| only.is_none_or(|only| only == name);
    if runs("memory") {
        tokio.block_on(in_memory(&rounds))?;
    }
    if runs("server") {
        tokio.block_on(on_a_server(&rounds))?;
    }
    if runs("pipeline") {
        tokio.block_on(pipeline::run(&rounds))?;
    }
    if runs("idle") {
        idle(&rounds)?;
    }
    Ok(())
}

async fn running(store: impl aether::Store, options: ActorOptions) -> Result<Aether, Failure> {
    let builder = Aether::builder().store(store).actors(options);
    Ok(builder.context::<Counting>().start().await?)
}

fn count(counter: &str) -> Count {
    let counter = counter.to_owned();
    Count { counter, by: 1 }
}

async fn commands_on_a_server(number: u64) -> Outcome {
    let server = server::Servers::one().await?;
    let client = async_nats::connect(&server.url).await?;
    commands(number, JetStreamOptions::new().open(client).await?).await
}

async fn publishes(number: u64) -> Outcome {
    let server = server::Servers::one().await?;
    let store = JetStreamOptions::new().connect(&server.url).await?;
    let context = raw_stream(&server.url, store.stream_name()).await?;
    let mut last = 0;
    for prepared in (1..=number).map(Prepared::new) {
        last = prepared?.publish(&context, last).await?;
    }
    Ok(())
}

/// A stream for the raw client that is configured as the store's.
async fn raw_stream(url: &str, stores: &str) -> Result<jetstream::Context, Failure> {
    let context = jetstream::new(async_nats::connect(url).await?);
    let mut stores = context.get_stream(stores).await?;
    let mut config = stores.info().await?.config.clone();
    "raw".clone_into(&mut config.name);
    config.subjects = vec!["raw.>".to_owned()];
    context.create_stream(config).await?;
    Ok(context)
}

async fn commands(number: u64, store: impl aether::Store) -> Outcome {
    let aether = running(store, ActorOptions::new()).await?;
    for _ in 0..number {
        aether.send(count("a")).await?;
    }
    Ok(())
}

async fn in_memory(rounds: &Rounds) -> Outcome {
    let each = rounds.scaled(20_000);
    for actors in [1, 2_000] {
        let keys: Vec<String> = (0..actors).map(|key: u32| key.to_string()).collect();
        let (mut ours, mut plain, mut by_hand) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds.0 {
            let aether = running(InMemoryEventStore::new(), ActorOptions::new()).await?;
            for key in &keys {
                aether.send(count(key)).await?;
            }
            let began = now();
            for (key, _) in keys.iter().cycle().zip(0..each) {
                aether.send(count(key)).await?;
            }
            ours.push(began.elapsed().as_secs_f64());
            plain.push(appends(&keys, each).await?);
            by_hand.push(by_hand::counts(&keys, each).await?);
        }
        let what = format!("command in memory, {actors} actors, against the append alone");
        rounds.compare(&what, each, &ours, &plain);
        let what = format!("command in memory, {actors} actors, against the same by hand");
        rounds.compare(&what, each, &ours, &by_hand);
    }
    Ok(())
}

/// Seconds that it takes to append commits that are made before.
async fn appends(keys: &[String], each: u64) -> Result<f64, Failure> {
    let store = InMemoryEventStore::new();
    let mut versions = vec![Version::NONE; keys.len()];
    let mut made = Vec::new();
    for ((key, at), _) in keys.iter().zip(0..).cycle().zip(0..each) {
        let version: &mut Version = &mut versions[at];
        *version = version.next();
        made.push(Commit::new([counted(key, *version)?])?);
    }
    let began = now();
    for commit in made {
        store.append(commit).await?;
    }
    Ok(began.elapsed().as_secs_f64())
}

fn counted(key: &str, version: Version) -> Result<Event, Failure> {
    event_of(key, version, &Counted { by: 1 })
}

fn event_of(key: &str, version: Version, data: &Counted) -> Result<Event, Failure> {
    let actor_id = format!("Counter.{key}");
    Ok(Event::new(actor_id, version, "Counted", data)?)
}

async fn on_a_server(rounds: &Rounds) -> Outcome {
    let server = server::Servers::one().await?;
    let client = async_nats::connect(&server.url).await?;
    let store = JetStreamOptions::new().open(client.clone()).await?;
    let context = raw_stream(&server.url, store.stream_name()).await?;
    let aether = running(store, ActorOptions::new()).await?;
    aether.send(count("a")).await?;
    let each = rounds.scaled(2_000);
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    let (mut last, asked) = (0, client.statistics());
    let before = asked.out_messages.load(Ordering::Relaxed);
    for _ in 0..rounds.0 {
        let began = now();
        for _ in 0..each {
            aether.send(count("a")).await?;
        }
        ours.push(began.elapsed().as_secs_f64());
        let prepared: Vec<_> = (1..=each).map(Prepared::new).collect::<Result<_, _>>()?;
        let began = now();
        for prepared in prepared {
            last = prepared.publish(&context, last).await?;
        }
        plain.push(began.elapsed().as_secs_f64());
    }
    let questions = asked.out_messages.load(Ordering::Relaxed) - before;
    let commands = each * rounds.0 as u64;
    rounds.compare(
        "command on a server, against the raw publish",
        each,
        &ours,
        &plain,
    );
    rounds.tell(&format!(
        "questions to the server: {questions} for {commands} commands"
    ));
    Ok(())
}

/// What the store writes, with all of it made before but the map of its headers.
struct Prepared {
    id: String,
    version: String,
    content_type: &'static str,
    body: Bytes,
}

impl Prepared {
    fn new(version: u64) -> Result<Self, Failure> {
        let mut event = counted("a", version.into())?;
        event.metadata.correlation_id = Some(event.id.to_string());
        let commit = Commit::new([event])?.caused_by(aether::CommandId::new());
        Ok(Self {
            id: commit.id().to_string(),
            version: version.to_string(),
            content_type: wire::content_type(&commit),
            body: Bytes::from(wire::encode(&commit, &Namespace::default())),
        })
    }

    fn letter(self) -> PublishMessage {
        PublishMessage::build()
            .payload(self.body)
            .message_id(&self.id)
            .header("Content-Type", self.content_type)
            .header("Aether-Versions", self.version)
            .header("Aether-Event-Types", "Counted")
            .header("Aether-Command-Id", self.id)
    }

    /// Publishes it after another one on its subject, and waits until it is stored.
    async fn publish(self, context: &jetstream::Context, last: u64) -> Result<u64, Failure> {
        let letter = self.letter().expected_last_subject_sequence(last);
        let sent = context.send_publish("raw.default.log.Counter.a", letter);
        Ok(sent.await?.await?.sequence)
    }
}

/// Messages as the store writes them, made before.
fn letters(number: u64) -> Result<Vec<PublishMessage>, Failure> {
    let prepared = (1..=number).map(Prepared::new);
    prepared.map(|it| Ok(it?.letter())).collect()
}

/// What an actor takes that rests in memory: the same commands with and without, each in a process
/// of its own, for memory that is given back is used again.
fn idle(rounds: &Rounds) -> Outcome {
    let actors = rounds.scaled(400_000);
    let sizes = [
        ("counter", size_of::<Counter>()),
        ("tally", size_of::<Tally>()),
    ];
    for store in ["memory", "server"] {
        for (name, size) in sizes {
            let [kept, let_go] =
                ["kept", "let-go"].map(|rest| resident_with(store, name, rest, actors));
            let (kept, let_go) = (kept?, let_go?);
            let each = kept.saturating_sub(let_go) / actors;
            rounds.tell(&format!(
                "an idle actor, whose state has {size} bytes, over the store `{store}`: {each} \
                 bytes ({kept} and {let_go} for {actors})"
            ));
        }
    }
    Ok(())
}

/// The memory that another process has after each of so many actors had a command.
fn resident_with(store: &str, name: &str, rest: &str, actors: u64) -> Result<u64, Failure> {
    let mut process = Command::new(std::env::current_exe()?);
    let process = process.args(["--resting", store, name, rest, &actors.to_string()]);
    let ended = process.stderr(Stdio::inherit()).output()?;
    if !ended.status.success() {
        return Err(format!(
            "the process that was to be looked at ended with {}",
            ended.status
        )
        .into());
    }
    Ok(String::from_utf8(ended.stdout)?.trim().parse()?)
}

/// Says how much memory there is after each of some actors had a command.
async fn resting(arguments: &[String]) -> Outcome {
    let [store, name, rest, actors] = arguments else {
        return Err("wanted: a store, an aggregate, whether actors are kept, how many".into());
    };
    let options = match rest.as_str() {
        "kept" => ActorOptions::new().count(10_000_000).bytes(64 << 30),
        _ => ActorOptions::uncached(),
    };
    let server;
    let aether = if store == "server" {
        server = server::Servers::one().await?;
        running(JetStreamOptions::new().connect(&server.url).await?, options).await?
    } else {
        running(InMemoryEventStore::new(), options).await?
    };
    let actors: u64 = actors.parse()?;
    let sent = stream::iter(0..actors).map(async |key| {
        let key = key.to_string();
        match name.as_str() {
            "tally" => aether.send(Tick { tally: key, by: 1 }).await.map(drop),
            _ => aether.send(count(&key)).await.map(drop),
        }
    });
    sent.buffer_unordered(AT_ONCE)
        .try_for_each(async |_sent| Ok(()))
        .await?;
    let cells = aether.actors().cells as u64;
    if (rest == "kept") != (cells == actors) {
        return Err(format!("of {actors} actors {cells} are in memory").into());
    }
    Rounds(1, true).tell(&resident().to_string());
    Ok(())
}

/// How often each side runs, and whether that is a measurement.
struct Rounds(usize, bool);

impl Rounds {
    const fn scaled(&self, count: u64) -> u64 {
        if self.1 { count } else { 20 }
    }

    #[expect(clippy::cast_precision_loss, reason = "figures to look at")]
    fn compare(&self, what: &str, each: u64, ours: &[f64], plain: &[f64]) {
        let figures = |times: &[f64]| {
            let mut times = times.to_vec();
            times.sort_by(f64::total_cmp);
            (times[times.len() / 2], times[0])
        };
        let ((ours, our_best), (plain, best)) = (figures(ours), figures(plain));
        self.tell(&format!(
            "{what}: {:.2} times as long; fastest rounds {:.2}; {:.0} ns against {:.0} ns each, \
             fastest {:.0} ns and {:.0} ns",
            ours / plain,
            our_best / best,
            ours * 1e9 / each as f64,
            plain * 1e9 / each as f64,
            our_best * 1e9 / each as f64,
            best * 1e9 / each as f64,
        ));
    }

    #[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
    fn tell(&self, text: &str) {
        if self.1 {
            println!("{text}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn now() -> Instant {
    Instant::now()
}

/// Bytes of memory that the process has now; where the system does not say so, 0.
fn resident() -> u64 {
    const PAGE: u64 = 4_096;
    let text = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|it| it.parse::<u64>().ok());
    pages.unwrap_or_default() * PAGE
}

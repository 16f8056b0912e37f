//! What it costs to build a projection anew, against reading the log and nothing else.
//!
//! `cargo bench -p aether --bench projections --all-features` fills a store on disk with a million
//! events of 1,000 actors, a commit each, and prints the ratio of the two, which run in turns, and
//! how much memory a rebuild takes beside what the process has. `--events n` takes another number,
//! `--nats` a server with JetStream, whose own client reads the log in turns with them, by an ordered
//! consumer and without looking into it. Run otherwise, it does very little, only to see that it
//! works.

#![expect(
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on ends"
)]

#[path = "store/server.rs"]
#[expect(dead_code, reason = "one server is enough here")]
mod server;

use std::{collections::BTreeMap, convert::Infallible, error::Error, fs, time::Instant};

use aether::{
    ActorId, Commit, DynEventStore, EmbeddedEventStore, Event, EventStore as _, JetStreamOptions,
    Position, Version, prelude::*, runtime::Aether,
};
use async_nats::jetstream::{
    self,
    consumer::{DeliverPolicy, push},
};
use futures_util::{StreamExt as _, stream};

type Failure = Box<dyn Error + Send + Sync>;
type Outcome = Result<(), Failure>;

const ACTORS: u64 = 1_000;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Booked {
    account: String,
    cents: u64,
    reference: String,
}

#[derive(Command, Serialize, Deserialize)]
struct Book {
    #[command(id)]
    account: String,
    cents: u64,
    reference: String,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Booked))]
struct Account;

#[handlers]
impl Account {
    #[handle]
    fn book(&self, command: Book) -> Result<Booked, Infallible> {
        let Book {
            account,
            cents,
            reference,
        } = command;
        Ok(Booked {
            account,
            cents,
            reference,
        })
    }

    #[apply]
    fn booked(&mut self, _event: &Booked) {}
}

/// What was booked of each account.
#[derive(Projection, Debug, Default, Serialize, Deserialize)]
#[projection(snapshot)]
struct Totals {
    of: BTreeMap<String, u64>,
    bookings: u64,
}

#[handlers]
impl Totals {
    #[apply]
    fn booked(&mut self, event: &Booked) {
        self.bookings += 1;
        match self.of.get_mut(&event.account) {
            Some(total) => *total += event.cents,
            None => _ = self.of.insert(event.account.clone(), event.cents),
        }
    }
}

bounded_context! {
    /// Books amounts.
    Booking { aggregates: [Account], projections: [Totals] }
}

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_measuring = arguments.iter().any(|it| it == "--bench");
    let wanted = arguments.iter().position(|it| it == "--events");
    let wanted = wanted.and_then(|at| arguments.get(at + 1));
    let events = match wanted {
        Some(number) => number.parse()?,
        None if is_measuring => 1_000_000,
        None => 2_000,
    };
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    if arguments.iter().any(|it| it == "--nats") {
        return tokio.block_on(async {
            let server = server::Servers::one().await?;
            let client = async_nats::connect(&server.url).await?;
            let store = JetStreamOptions::new().open(client).await?;
            let raw = Raw::of(&server.url, store.stream_name()).await?;
            compare(DynEventStore::new(store), Some(raw), (events, is_measuring)).await
        });
    }
    let folder = tempfile::tempdir()?;
    tokio.block_on(async {
        let store = EmbeddedEventStore::open(folder.path()).await?;
        compare(DynEventStore::new(store), None, (events, is_measuring)).await
    })
}

/// The log as the client of the server has it.
struct Raw {
    client: async_nats::Client,
    stream: jetstream::stream::Stream,
}

impl Raw {
    async fn of(url: &str, stream: &str) -> Result<Self, Failure> {
        let client = async_nats::connect(url).await?;
        let stream = jetstream::new(client.clone()).get_stream(stream).await?;
        Ok(Self { client, stream })
    }

    /// Seconds that it takes to read so many messages.
    async fn read(&self, messages: u64) -> Result<f64, Failure> {
        let began = now();
        let consumer = push::OrderedConfig {
            deliver_subject: self.client.new_inbox(),
            deliver_policy: DeliverPolicy::All,
            ..push::OrderedConfig::default()
        };
        let consumer = self.stream.create_consumer(consumer).await?;
        let mut log = consumer.messages().await?;
        for _ in 0..messages {
            drop(log.next().await.ok_or("no more messages")??);
        }
        Ok(began.elapsed().as_secs_f64())
    }
}

async fn compare(
    store: DynEventStore,
    raw: Option<Raw>,
    (events, is_measuring): (u64, bool),
) -> Outcome {
    fill(&store, events).await?;
    let builder = Aether::builder().store(store.clone());
    let aether = builder.context::<Booking>().start().await?;
    aether.settled().await?;
    let (mut ours, mut plain, mut client) = (Vec::new(), Vec::new(), Vec::new());
    let mut peaks = Vec::new();
    for _ in 0..if is_measuring { 5 } else { 1 } {
        let began = now();
        read(&store).await?;
        plain.push(began.elapsed().as_secs_f64());
        if let Some(raw) = &raw {
            client.push(raw.read(events).await?);
        }
        let (began, before) = (now(), resident());
        let rebuild = aether.rebuild::<Totals>().await?;
        let mut peak = before;
        while rebuild.advanced().await {
            peak = peak.max(resident());
        }
        rebuild.await?;
        ours.push(began.elapsed().as_secs_f64());
        peaks.push((peak - before) >> 10);
        let bookings = aether.read::<Totals>().await?.bookings;
        assert_eq!(bookings, events, "a rebuild that misses something is fast");
    }
    aether.shutdown().await;
    if is_measuring {
        report(events, "of reading them", &mut ours, &mut plain);
        if raw.is_some() {
            report(events, "of the raw client", &mut ours, &mut client);
        }
        tell(&format!("KiB more of memory while it is built: {peaks:?}"));
    }
    Ok(())
}

/// Stores so many events, many at once.
async fn fill(store: &DynEventStore, events: u64) -> Outcome {
    let actors = stream::iter(0..ACTORS).map(|actor| async move {
        for version in 1..=events / ACTORS {
            store.append(commit(actor, version)?).await?;
        }
        Outcome::Ok(())
    });
    let mut actors = actors.buffer_unordered(512);
    while let Some(filled) = actors.next().await {
        filled?;
    }
    Ok(())
}

fn commit(actor: u64, version: u64) -> Result<Commit, Failure> {
    let data = Booked {
        account: format!("account-{actor}"),
        cents: version,
        reference: format!("a reference that a person has written, number {version}"),
    };
    let actor = ActorId::of("Account", &actor.to_string())?;
    let event = Event::new(actor, Version::new(version), "Booked", &data)?;
    Ok(Commit::new([event])?)
}

/// Reads the whole log, and does nothing with it.
async fn read(store: &DynEventStore) -> Outcome {
    let head = store.head().await?;
    let mut log = std::pin::pin!(store.follow(Position::START));
    while let Some(recorded) = log.next().await {
        if recorded?.position >= head {
            break;
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "figures to look at")]
fn report(events: u64, whose: &str, ours: &mut [f64], plain: &mut [f64]) {
    ours.sort_by(f64::total_cmp);
    plain.sort_by(f64::total_cmp);
    let middle = ours.len() / 2;
    tell(&format!(
        "rebuild of {events} events at {:.2} of the speed {whose}; fastest rounds {:.2}; \
         {:.0} against {:.0} events a second",
        plain[middle] / ours[middle],
        plain[0] / ours[0],
        events as f64 / ours[middle],
        events as f64 / plain[middle],
    ));
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn tell(text: &str) {
    println!("{text}");
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

use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use aether::{CommandId, cluster::nats::ClusterClient};
use async_nats::{
    Client, HeaderMap, HeaderValue,
    jetstream::{
        self,
        context::{Context, PublishError},
        stream::Config,
    },
};
use bytes::Bytes;
use tokio::{sync::Mutex, task::yield_now, time::sleep};

use crate::{
    Count, Failure, Outcome, Settings,
    fleet::{Fleet, Kind},
    load, node,
};

/// The raw client's side of a comparison: it asks from where clients are, and publishes from where the
/// node is, as that does.
struct Raw {
    client: Client,
    context: Context,
}

/// A message as the store writes it, for the raw client to publish.
struct Letter {
    headers: HeaderMap,
    payload: Bytes,
}

const GUARD: &str = "Nats-Expected-Last-Subject-Sequence";
const ID: &str = "Nats-Msg-Id";
/// How long servers have to take a stream.
const OPENING: Duration = Duration::from_secs(15);
/// How often each side has its turn.
const ROUNDS: usize = 11;
/// How much is done in a turn, one after the other.
const EACH: usize = 500;
/// For how long is counted how much is done side by side.
const TURN: Duration = Duration::from_millis(700);
/// How often the node and the raw client take turns in that.
const TURNS: usize = 21;
/// How many are asked side by side.
const WIDTHS: [usize; 2] = [64, 256];

pub(crate) async fn run(settings: &Settings, servers: usize) -> Outcome {
    if settings.wants("ask") {
        let fleet = Fleet::start(servers, &["a"], Kind::pinned("echo")).await?;
        ask(&fleet, servers).await?;
    }
    if settings.wants("command") {
        let mut fleet = Fleet::start(servers, &["a"], Kind::pinned("counters")).await?;
        command(&fleet, servers).await?;
        commands(&mut fleet, servers).await?;
    }
    Ok(())
}

impl Raw {
    async fn connect(fleet: &Fleet) -> Result<Self, Failure> {
        let client = async_nats::connect(&fleet.clients_at).await?;
        let context = jetstream::new(async_nats::connect(&fleet.nodes_at).await?);
        let store = node::store(&fleet.nodes_at, fleet.replicas).await?;
        let mut stores = context.get_stream(store.stream_name()).await?;
        let stores = stores.info().await?;
        let stream = Config {
            name: "raw".to_owned(),
            subjects: vec!["rawlog.>".to_owned()],
            ..stores.config.clone()
        };
        let until = Instant::now() + OPENING;
        // Servers that have just come together may not know of one another's storage yet.
        while let Err(err) = context.create_stream(stream.clone()).await {
            if until < Instant::now() {
                return Err(err.into());
            }
            sleep(TURN).await;
        }
        let leader = stores.cluster.as_ref().and_then(|it| it.leader.clone());
        if let Some(leader) = leader {
            lead(&context, &leader, until).await?;
        }
        Ok(Self { client, context })
    }

    async fn request(&self) -> Outcome {
        drop(self.client.request("raw.echo", payload()).await?);
        Ok(())
    }

    /// What the store has written for a command.
    async fn letter(&self, fleet: &Fleet) -> Result<Letter, Failure> {
        let counter = "model".to_owned();
        let sent = fleet.aether.send(Count { counter, by: 1 }).await?;
        let store = node::store(&fleet.nodes_at, fleet.replicas).await?;
        let stream = self.context.get_stream(store.stream_name()).await?;
        let position = sent.position.ok_or("nothing was stored")?.as_u64();
        let message = stream.get_raw_message(position).await?;
        Ok(Letter {
            headers: message.headers,
            payload: message.payload,
        })
    }

    /// Publishes it, with an id of its own, after the last message of the subject.
    async fn publish(&self, letter: &Letter, subject: String, last: &mut u64) -> Outcome {
        loop {
            let mut headers = letter.headers.clone();
            headers.insert(ID, CommandId::new().to_string());
            headers.insert(GUARD, HeaderValue::from(*last));
            let (context, payload) = (&self.context, letter.payload.clone());
            let sent = context.publish_with_headers(subject.clone(), headers, payload);
            match sent.await?.await {
                Ok(stored) => {
                    *last = stored.sequence;
                    return Ok(());
                }
                Err(err) if is_in_flight(&err) => yield_now().await,
                Err(err) => return Err(err.into()),
            }
        }
    }
}

/// Has the raw client's stream led by the server that leads the store's.
async fn lead(context: &Context, wanted: &str, until: Instant) -> Outcome {
    while until > Instant::now() {
        let mut stream = context.get_stream("raw").await?;
        let cluster = stream.info().await?.cluster.as_ref();
        let leader = cluster.and_then(|it| it.leader.as_deref());
        if leader == Some(wanted) {
            return Ok(());
        }
        if leader.is_some() {
            let payload = format!(r#"{{"placement":{{"preferred":"{wanted}"}}}}"#);
            let client = context.client();
            let asked = client.request("$JS.API.STREAM.LEADER.STEPDOWN.raw", payload.into());
            drop(asked.await?);
        }
        sleep(TURN).await;
    }
    Err(format!("{wanted} does not lead the raw client's stream").into())
}

/// What a cluster says of a guard as long as the message before is not applied everywhere.
fn is_in_flight(err: &PublishError) -> bool {
    let source = err.source();
    let source = source.and_then(|it| it.downcast_ref::<jetstream::Error>());
    source.is_some_and(|it| it.error_code().0 == 10_164)
}

fn payload() -> Bytes {
    Bytes::from_static(&[b'x'; 64])
}

/// The middle one of the times of some rounds, of each side.
fn middle(mut times: Vec<Duration>) -> f64 {
    times.sort();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    middle.as_secs_f64() * 1e6
}

async fn timed(times: &mut Vec<Duration>, work: impl Future<Output = Outcome>) -> Outcome {
    let began = Instant::now();
    work.await?;
    times.push(began.elapsed());
    Ok(())
}

async fn ask(fleet: &Fleet, servers: usize) -> Outcome {
    let raw = Raw::connect(fleet).await?;
    let client: &ClusterClient = &fleet.client;
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for number in 0..EACH {
            timed(&mut plain, raw.request()).await?;
            timed(&mut ours, async {
                let id = load::name(number);
                let asked = client.ask("Counter", &id, payload(), Duration::from_secs(5));
                asked.await?;
                Ok(())
            })
            .await?;
        }
    }
    let (ours, plain) = (middle(ours), middle(plain));
    println!(
        "ask, {servers} servers: p50 {ours:.0} µs, raw request {plain:.0} µs: {:.2} times as long",
        ours / plain
    );
    Ok(())
}

async fn command(fleet: &Fleet, servers: usize) -> Outcome {
    let raw = Raw::connect(fleet).await?;
    let letter = raw.letter(fleet).await?;
    let (mut ours, mut requests, mut publishes) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = vec![0; 50];
    for round in 0..ROUNDS * 10 {
        for (number, last) in last.iter_mut().enumerate() {
            let mut discarded = Vec::new();
            let is_first = round == 0;
            let ours = if is_first { &mut discarded } else { &mut ours };
            timed(ours, async {
                let counter = load::name(number);
                fleet.aether.send(Count { counter, by: 1 }).await?;
                Ok(())
            })
            .await?;
            timed(&mut requests, raw.request()).await?;
            let subject = format!("rawlog.{number}");
            timed(&mut publishes, raw.publish(&letter, subject, last)).await?;
        }
    }
    let (ours, requests, publishes) = (middle(ours), middle(requests), middle(publishes));
    println!(
        "persisted ask, {servers} servers: p50 {ours:.0} µs, raw request {requests:.0} µs and raw \
         guarded publish {publishes:.0} µs: {:.2} times as long",
        ours / (requests + publishes)
    );
    Ok(())
}

/// How many commands a second are done side by side.
struct Rates<'a> {
    fleet: &'a mut Fleet,
    raw: &'a Raw,
    letter: &'a Letter,
    width: usize,
    /// Where the raw client's subjects are.
    last: Vec<Mutex<u64>>,
}

async fn commands(fleet: &mut Fleet, servers: usize) -> Outcome {
    let raw = Raw::connect(fleet).await?;
    let letter = raw.letter(fleet).await?;
    for width in WIDTHS {
        let rates = Rates {
            fleet,
            raw: &raw,
            letter: &letter,
            width,
            last: (0..width).map(|_| Mutex::new(0)).collect(),
        };
        rates.compare(servers).await?;
    }
    Ok(())
}

impl Rates<'_> {
    async fn compare(mut self, servers: usize) -> Outcome {
        let (mut here, mut there, mut plain, mut ratios) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        self.turn().await?;
        for turn in 0..TURNS {
            if turn % 3 == 0 {
                there.push(self.there().await?);
            }
            let (counted, published) = self.turn().await?;
            ratios.push(counted / published);
            here.push(counted);
            plain.push(published);
        }
        let width = self.width;
        let [least, ratio, most] = spread(ratios);
        let [here, there, plain] = [here, there, plain].map(|it| spread(it)[1]);
        println!(
            "commands a second, {servers} servers, {width} at a time: {here:.0} on their node, \
             {there:.0} from another process, {plain:.0} raw guarded publishes: {ratio:.2} turn by \
             turn ({least:.2} to {most:.2}), and {:.2}",
            there / plain
        );
        Ok(())
    }

    /// On their node, and right after that, while the machine is as fast, by the raw client.
    async fn turn(&mut self) -> Result<(f64, f64), Failure> {
        let node = self.fleet.nodes.first_mut().ok_or("there is no node")?;
        let order = format!("count {} {}", self.width, TURN.as_millis());
        let counted = node.ask(&order).await?.parse()?;
        Ok((counted, self.published().await?))
    }

    async fn there(&self) -> Result<f64, Failure> {
        let aether = &self.fleet.aether;
        let asked = load::rate(self.width, TURN, async |number| {
            let counter = format!("there{number}");
            aether.send(Count { counter, by: 1 }).await.map(drop)
        });
        asked.await
    }

    async fn published(&self) -> Result<f64, Failure> {
        let published = load::rate(self.width, TURN, async |number| {
            let mut last = self.last.get(number).ok_or("too many")?.lock().await;
            let subject = format!("rawlog.{}.{number}", self.width);
            self.raw.publish(self.letter, subject, &mut last).await
        });
        published.await
    }
}

/// The least of some figures, the middle one and the most.
fn spread(mut figures: Vec<f64>) -> [f64; 3] {
    figures.sort_by(f64::total_cmp);
    let last = figures.len().saturating_sub(1);
    [0, figures.len() / 2, last].map(|at| figures.get(at).copied().unwrap_or_default())
}

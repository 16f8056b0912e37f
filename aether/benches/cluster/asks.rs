use std::time::{Duration, Instant};

use aether::cluster::nats::ClusterClient;
use tokio::sync::Mutex;

use crate::{
    Count, Failure, Outcome, Settings,
    fleet::{Fleet, Kind},
    load,
    raw::{Letter, Raw, payload},
};

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

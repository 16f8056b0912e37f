//! What a cluster costs, and for how long anyone waits when something happens to it.
//!
//! `cargo bench -p aether --bench cluster --all-features` prints all of it. The nodes are processes
//! of their own (this executable, started again), the servers real ones. After `--`:
//!
//! - `--only word`: `shards` (how well shards and keys are spread; all but the times is exact),
//!   `kill`, `leader`, `freeze`, `restart` (faults under load), `nats` (on three servers: the one
//!   that leads the log is killed), `ask`, `command` (against the raw client).
//!   Before faults, it is measured what the raw client takes under the same load.
//! - `--servers 1` or `--servers 3`: with one server, or on three with three replicas; else both.
//! - `--trials n`: how often something happens.
//! - `--actors n` and `--pace ms`: how many actors are sent commands, and how long each rests
//!   between two, 64 and 20 unless they say otherwise. With a pace of 0 each gets the next command
//!   as soon as one is answered, which takes all that a small machine has.
//! - `--moves n`: how many shards a node gives or takes at a time, if not as many as by default.
//! - `--account`: what happened when, of the slowest trial, from all processes, with all that the
//!   commands of the slowest actor did. To note that takes time itself.
//!
//! `lookup n` and `hash n` look so many keys up, or hash them alone, for a tool that counts
//! instructions: the difference of two lengths is that of the work alone.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints what it measured with the clock, and what a node tells"
)]

/// What one thread allocates another one frees, here as in any node: the C library's allocator has
/// its threads wait for one another then.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod account;
mod asks;
mod calm;
mod faults;
mod fleet;
mod load;
mod node;
mod outage;
mod raw;
#[path = "../store/server.rs"]
mod server;
mod shards;

use std::{convert::Infallible, error::Error, str::FromStr, time::Duration};

use aether::prelude::*;

type Failure = Box<dyn Error + Send + Sync>;
type Outcome = Result<(), Failure>;

/// Something was counted.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Counted {
    by: u32,
}

/// Count some more.
#[derive(Command, Serialize, Deserialize)]
struct Count {
    #[command(id)]
    counter: String,
    by: u32,
}

/// Counts.
#[derive(Aggregate, Debug, Default, Serialize, Deserialize)]
#[aggregate(events(Counted), snapshot)]
struct Counter {
    total: u64,
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
    }
}

bounded_context! {
    /// Counts.
    Counting { aggregates: [Counter] }
}

/// What is to be measured, and how.
struct Settings {
    only: Option<String>,
    /// One, three, or both.
    servers: Vec<usize>,
    trials: usize,
    actors: usize,
    pace: Duration,
    moves: Option<usize>,
    account: bool,
    /// Or it is only to be seen whether it works.
    measuring: bool,
}

impl Settings {
    fn read(arguments: &[String]) -> Result<Self, Failure> {
        let measuring = arguments.iter().any(|it| it == "--bench");
        let only = following(arguments, "--only").cloned();
        let servers = number(arguments, "--servers")?;
        Ok(Self {
            only,
            servers: servers.map_or_else(|| vec![1, 3], |count| vec![count]),
            trials: number(arguments, "--trials")?.unwrap_or(20),
            actors: number(arguments, "--actors")?.unwrap_or(64),
            pace: Duration::from_millis(number(arguments, "--pace")?.unwrap_or(20)),
            moves: number(arguments, "--moves")?,
            account: arguments.iter().any(|it| it == "--account"),
            measuring,
        })
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == name)
    }
}

fn following<'a>(arguments: &'a [String], name: &str) -> Option<&'a String> {
    let at = arguments.iter().position(|it| it == name)?;
    arguments.get(at + 1)
}

fn number<T: FromStr<Err: Error + Send + Sync + 'static>>(
    arguments: &[String],
    name: &str,
) -> Result<Option<T>, Failure> {
    let number = following(arguments, name).map(|it| it.parse());
    Ok(number.transpose()?)
}

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words = arguments.iter().map(String::as_str).collect::<Vec<_>>();
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    match words.as_slice() {
        [what @ ("lookup" | "hash"), times] => return shards::count(what, times.parse()?),
        ["node", rest @ ..] => return tokio.block_on(node::run(rest)),
        _ => {}
    }
    let settings = Settings::read(&arguments)?;
    if settings.wants("shards") {
        shards::run(settings.measuring)?;
    }
    if !settings.measuring {
        // To see that it works is what the tests of the cluster are for.
        return Ok(());
    }
    for servers in &settings.servers {
        tokio.block_on(faults::run(&settings, *servers))?;
        tokio.block_on(outage::run(&settings, *servers))?;
        tokio.block_on(asks::run(&settings, *servers))?;
    }
    Ok(())
}

/// The middle one, the one that a hundredth is above of, and the largest, in milliseconds.
fn figures(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    times.sort();
    let ms = |it: Option<&Duration>| it.map_or(f64::NAN, |it| it.as_secs_f64() * 1e3);
    let p99 = (times.len() * 99).div_ceil(100).saturating_sub(1);
    format!(
        "p50 {:.1} p99 {:.1} max {:.1} ms of {}",
        ms(times.get(times.len() / 2)),
        ms(times.get(p99)),
        ms(times.last()),
        times.len()
    )
}

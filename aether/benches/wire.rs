//! What a commit costs to write as CloudEvents and to read back, an event.
//!
//! `cargo bench -p aether --bench wire` prints nanoseconds an event for commits of 1, 10 and 100
//! events. To count rather than to time, run the executable under `valgrind --tool=callgrind`
//! (instructions) or plain `valgrind` (allocations) with `encode` or `decode`, the events of a
//! commit and how many commits; the difference of two runs is that of the work alone.

use std::{error::Error, hint::black_box, time::Instant};

use aether::{ActorId, Commit, Event, Namespace, wire};
use bytes::Bytes;
use serde_json::json;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words = arguments.iter().map(String::as_str).collect::<Vec<_>>();
    match words.as_slice() {
        ["encode", events, times] => encode(&commit(events.parse()?)?, times.parse()?),
        ["decode", events, times] => decode(&commit(events.parse()?)?, times.parse()?),
        _ if words.contains(&"--bench") => report(2_000)?,
        _ => report(1)?,
    }
    Ok(())
}

fn commit(events: u64) -> Result<Commit, Failure> {
    let actor = ActorId::of("Order", "000000042")?;
    let data = json!({ "sku": "A-1134", "quantity": 3, "price": 1999, "note": "by the door" });
    let event = |version| Event::new(&actor, version, "OrderPlaced", &data);
    let events = (1..=events).map(event).collect::<Result<Vec<_>, _>>()?;
    Ok(Commit::new(events)?)
}

fn encode(commit: &Commit, times: usize) {
    for _ in 0..times {
        black_box(wire::encode(black_box(commit), &Namespace::default()));
    }
}

fn decode(commit: &Commit, times: usize) {
    let body = Bytes::from(wire::encode(commit, &Namespace::default()));
    for _ in 0..times {
        drop(black_box(wire::decode(black_box(&body))));
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn report(rounds: usize) -> Result<(), Failure> {
    for (events, size) in [(1_u32, 1.0), (10, 10.0), (100, 100.0)] {
        let commit = commit(u64::from(events))?;
        let writing = fastest(rounds, || encode(&commit, 10)) / (10.0 * size);
        let reading = fastest(rounds, || decode(&commit, 10)) / (10.0 * size);
        println!("commits of {events}: {writing:.0} ns to write, {reading:.0} ns to read an event");
    }
    Ok(())
}

/// Nanoseconds of the fastest round.
#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn fastest(rounds: usize, work: impl Fn()) -> f64 {
    let times = (0..rounds).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e9
    });
    times.fold(f64::INFINITY, f64::min)
}

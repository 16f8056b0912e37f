//! The local bus, against a broadcast channel of tokio that carries the same notices.
//!
//! Both run in turns in one process and one thread, where whoever hears reads all there is in its
//! turn. A ratio is the channel's time over the bus's,
//! so that below 0.80 is a bar that is missed. `COUNT=bus` or `COUNT=channel` runs one side alone,
//! for a count of its instructions.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark prints what it measures, of tasks of its own"
)]

use std::{sync::Arc, time::Duration, time::Instant};

use aether::{
    Commit, Event, Namespace, Position,
    bus::{EventBus as _, EventStored, LocalEventBus, Notices, SubscriptionFilter, Told},
};
use futures_util::future::join_all;
use tokio::{
    runtime::Runtime,
    sync::broadcast,
    task::{unconstrained, yield_now},
};

/// How many notices are kept, on both sides.
const CAPACITY: usize = 1_024;
/// How many are published before the subscribers get their turn.
const BATCH: usize = 512;
/// How many notices are delivered in a round, to all subscribers together.
const DELIVERED: usize = 200 * BATCH;
const ROUNDS: usize = 31;

fn notice() -> Arc<EventStored> {
    let event = Event::new("Order.7", 1, "OrderPlaced", &("a", 7)).unwrap();
    Arc::new(EventStored {
        namespace: Namespace::default(),
        position: Position::new(1),
        commit: Commit::new([event]).unwrap(),
    })
}

async fn hear_bus(mut notices: Notices, mut left: usize) -> u64 {
    let mut sum = 0;
    while left > 0 {
        if let Some(Told::Stored(notice)) = notices.next().await {
            sum += notice.position.as_u64();
            left -= 1;
        }
    }
    sum
}

async fn hear_channel(mut channel: broadcast::Receiver<Arc<EventStored>>, mut left: usize) -> u64 {
    let mut sum = 0;
    while left > 0 {
        if let Ok(notice) = channel.recv().await {
            sum += notice.position.as_u64();
            left -= 1;
        }
    }
    sum
}

/// The time that publishing and hearing takes on the bus.
async fn bus(subscribers: usize, count: usize) -> Duration {
    let bus = LocalEventBus::with_capacity(CAPACITY);
    let mut hearing = Vec::new();
    for _ in 0..subscribers {
        let all = SubscriptionFilter::of(Namespace::default());
        let notices = bus.subscribe(all).await.unwrap();
        hearing.push(tokio::spawn(unconstrained(hear_bus(notices, count))));
    }
    let notice = notice();
    yield_now().await;
    let begin = Instant::now();
    for number in 1..=count {
        bus.publish(Arc::clone(&notice)).unwrap();
        if number % BATCH == 0 {
            yield_now().await;
        }
    }
    let heard = join_all(hearing).await;
    let time = begin.elapsed();
    assert!(heard.into_iter().all(|sum| sum.unwrap() == count as u64));
    time
}

/// The same on the channel.
async fn channel(subscribers: usize, count: usize) -> Duration {
    let (channel, _) = broadcast::channel(CAPACITY);
    let hearing = (0..subscribers).map(|_| {
        let receiver = channel.subscribe();
        tokio::spawn(unconstrained(hear_channel(receiver, count)))
    });
    let hearing: Vec<_> = hearing.collect();
    let notice = notice();
    yield_now().await;
    let begin = Instant::now();
    for number in 1..=count {
        channel.send(Arc::clone(&notice)).unwrap();
        if number % BATCH == 0 {
            yield_now().await;
        }
    }
    let heard = join_all(hearing).await;
    let time = begin.elapsed();
    assert!(heard.into_iter().all(|sum| sum.unwrap() == count as u64));
    time
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap()
}

/// Many under `cargo bench`, which says so.
fn rounds() -> usize {
    let measuring = std::env::args().any(|argument| argument == "--bench");
    if measuring { ROUNDS } else { 1 }
}

fn compare(runtime: &Runtime, subscribers: usize) {
    let count = (DELIVERED / subscribers / BATCH).max(2) * BATCH;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=rounds() {
        let one = runtime.block_on(bus(subscribers, count));
        let other = runtime.block_on(channel(subscribers, count));
        if round > 0 {
            ours.push(one);
            theirs.push(other);
        }
    }
    let fastest = (ours.iter().min().copied(), theirs.iter().min().copied());
    let delivered = f64::from(u32::try_from(count * subscribers).unwrap());
    let (one, other) = (median(ours).as_secs_f64(), median(theirs).as_secs_f64());
    let (best, bound) = (
        fastest.0.unwrap().as_secs_f64(),
        fastest.1.unwrap().as_secs_f64(),
    );
    println!(
        "{subscribers:>4} subscribers: {:.2} of the channel, fastest {:.2}; {:.1}, {:.1} ns a delivery",
        other / one,
        bound / best,
        one / delivered * 1e9,
        other / delivered * 1e9
    );
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for subscribers in [1, 10, 100] {
        match std::env::var("COUNT").as_deref() {
            Ok("bus") => _ = runtime.block_on(bus(subscribers, 20 * BATCH)),
            Ok("channel") => _ = runtime.block_on(channel(subscribers, 20 * BATCH)),
            _ => compare(&runtime, subscribers),
        }
    }
}

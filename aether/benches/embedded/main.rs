//! How fast the embedded store commits and replays, on commits of about 500 bytes of 10,000 actors;
//! and how long the runtime takes to load an actor of 10,000 events, with and without a snapshot.
//!
//! With the argument `snapshots` only the latter.
//!
//! Prints beside each figure what the disk allows: how fast the same bytes are appended to a
//! plain file, each append synced by itself.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "it measures and prints; what goes wrong ends it"
)]

mod snapshots;

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use aether::{
    ActorId, Commit, EmbeddedEventStore, Event, EventStore as _, EventStoreExt as _, Position,
    Version, wire,
};
use futures_util::{StreamExt as _, stream};
use serde_json::json;

const ACTORS: u64 = 10_000;

#[tokio::main]
async fn main() {
    let folder = std::env::temp_dir().join(format!("aether-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    if std::env::args().any(|it| it == "snapshots") {
        snapshots::loads(&folder.join("kept")).await;
        return std::fs::remove_dir_all(folder).unwrap();
    }
    plain_file(&folder.join("plain"));
    let store = EmbeddedEventStore::open(folder.join("events"))
        .await
        .unwrap();
    let mut done = 0;
    for filled in [0, 300_000] {
        let missing = u64::saturating_sub(filled, done);
        append(&store, &mut done, missing, 1_024).await;
        println!("with {done} commits in the log:");
        for (count, in_flight) in [(2_000, 1), (20_000, 64), (50_000, 256), (50_000, 1_024)] {
            let took = append(&store, &mut done, count, in_flight).await;
            report(&format!("append, {in_flight} in flight"), count, took);
        }
    }
    replay(&store, done).await;
    load(&store).await;
    version(&store).await;
    drop(store);
    let start = Instant::now();
    let store = EmbeddedEventStore::open(folder.join("events"))
        .await
        .unwrap();
    println!(
        "{:>28}: {:?}",
        "open, closed in good order",
        start.elapsed()
    );
    drop(store);
    let file = folder.join("events").join("aether.redb");
    println!(
        "{:>28}: {}",
        "bytes a commit",
        file.metadata().unwrap().len() / done
    );
    snapshots::loads(&folder.join("kept")).await;
    std::fs::remove_dir_all(folder).unwrap();
}

fn commit(number: u64) -> Commit {
    let actor = actor(number % ACTORS);
    let data = json!({ "customer": "ada@example.org", "total": number, "note": "x".repeat(150) });
    Commit::new([Event::new(actor, number / ACTORS + 1, "OrderPlaced", &data).unwrap()]).unwrap()
}

fn actor(number: u64) -> ActorId {
    ActorId::of("Order", &number.to_string()).unwrap()
}

fn plain_file(path: &Path) {
    let mut file = File::create(path).unwrap();
    let bytes = wire::encode(&commit(1), &aether::Namespace::default());
    let start = Instant::now();
    for _ in 0..2_000 {
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
    }
    report(
        &format!("plain append of {} bytes", bytes.len()),
        2_000,
        start.elapsed(),
    );
}

async fn append(
    store: &EmbeddedEventStore,
    done: &mut u64,
    count: u64,
    in_flight: usize,
) -> Duration {
    let start = Instant::now();
    stream::iter(*done..*done + count)
        .map(|number| store.append(commit(number)))
        .buffer_unordered(in_flight)
        .for_each(async |answer| assert!(answer.is_ok(), "{answer:?}"))
        .await;
    *done += count;
    start.elapsed()
}

async fn replay(store: &EmbeddedEventStore, commits: u64) {
    let start = Instant::now();
    let log = store
        .follow(Position::START)
        .take(usize::try_from(commits).unwrap());
    let events = log.fold(0, async |sum, recorded| {
        sum + recorded.unwrap().commit.events().len()
    });
    let events = events.await as u64;
    report("replay of the log", events, start.elapsed());
}

async fn load(store: &EmbeddedEventStore) {
    let (start, mut events) = (Instant::now(), 0);
    for number in 0..500 {
        let actor = actor(number * 17 % ACTORS);
        events += store.events(&actor, Version::NONE).await.unwrap().len() as u64;
    }
    report("load of 500 actors, events", events, start.elapsed());
}

async fn version(store: &EmbeddedEventStore) {
    let start = Instant::now();
    for number in 0..5_000 {
        store.version(&actor(number * 17 % ACTORS)).await.unwrap();
    }
    report("version of an actor", 5_000, start.elapsed());
}

#[expect(clippy::cast_precision_loss, reason = "it is read by people")]
fn report(what: &str, count: u64, took: Duration) {
    let rate = count as f64 / took.as_secs_f64();
    println!(
        "{what:>28}: {rate:>9.0}/s, {:?} each",
        took / u32::try_from(count).unwrap()
    );
}

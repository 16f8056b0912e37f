//! Opens an embedded store, appends to it until it is killed, and tells what was answered.
//!
//! Takes the folder and how many tasks append at once. Every third commit is one of a transaction
//! over two actors, whose events are of the type `Moved` and name, each, the commits of both.
//!
//! Writes `open`, then a line `stored <actor> <version> <position> <commit id>` for each commit
//! that was answered, or `failed <kind> <message>` before it ends. Ends also when its input does.
#![expect(
    clippy::expect_used,
    reason = "a program for tests, whose every failure is one of the test"
)]

use std::{
    env,
    error::Error as _,
    io::{self, Write as _},
};

use aether::{
    ActorId, Commit, CommitId, EmbeddedEventStore, Event, EventStore as _, Receipt, StoreError,
    StoreErrorKind, Transaction,
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, stdin},
    select, task,
};

/// Over how many actors the tasks go.
const ACTORS: u64 = 5;

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().expect("a folder");
    let writers = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .expect("a number");
    let (mut input, mut said) = (stdin(), Vec::new());
    select! {
        end = input.read_to_end(&mut said) => drop(end.expect("an input")),
        failed = write(&folder, writers) => tell(&failed),
    }
}

/// Opens the store and appends until something fails.
async fn write(folder: &str, writers: u64) -> String {
    let store = match EmbeddedEventStore::open(folder).await {
        Ok(store) => store,
        Err(err) => return failed(&err),
    };
    tell("open");
    let mut tasks = task::JoinSet::new();
    for writer in 0..writers {
        tasks.spawn(append(store.clone(), writer));
    }
    match tasks.join_next().await {
        Some(ended) => failed(&ended.expect("a task does not panic")),
        None => std::future::pending().await,
    }
}

async fn append(store: EmbeddedEventStore, writer: u64) -> StoreError {
    for round in writer.. {
        let [actor, other] = [round, round + 1].map(actor);
        let done = if round % 3 == 0 {
            transact_once(&store, [actor, other]).await
        } else {
            append_once(&store, &actor, round % 4 + 1).await
        };
        match done {
            Ok(()) => {}
            Err(err) if err.kind() == StoreErrorKind::Conflict => {}
            Err(err) => return err,
        }
    }
    unreachable!("there are numbers enough")
}

fn actor(round: u64) -> ActorId {
    ActorId::new(format!("Counter.{}", round % ACTORS)).expect("an id")
}

async fn append_once(
    store: &EmbeddedEventStore,
    actor: &ActorId,
    count: u64,
) -> Result<(), StoreError> {
    let first = store.version(actor).await?.as_u64() + 1;
    let data = json!({ "text": "x".repeat(200) });
    let event = |version| Event::new(actor, version, "Counted", &data).expect("an event");
    let commit = Commit::new((first..first + count).map(event))?;
    let id = commit.id();
    let receipt = store.append(commit).await?;
    tell(&stored(actor, receipt, id));
    Ok(())
}

/// The two are told in one write, for they are answered as one.
async fn transact_once(store: &EmbeddedEventStore, actors: [ActorId; 2]) -> Result<(), StoreError> {
    let ids = [CommitId::new(), CommitId::new()];
    let data = json!(ids.map(|id| id.to_string()));
    let mut commits = Vec::new();
    for (actor, id) in actors.iter().zip(ids) {
        let next = store.version(actor).await?.next();
        let event = Event::new(actor, next.as_u64(), "Moved", &data).expect("an event");
        commits.push(Commit::new([event])?.with_id(id));
    }
    let transaction = Transaction::new(commits).expect("two actors");
    let receipts = store.transact(transaction).await?;
    let lines = actors.iter().zip(receipts).zip(ids);
    let lines: Vec<_> = lines
        .map(|((actor, receipt), id)| stored(actor, receipt, id))
        .collect();
    tell(&lines.join("\n"));
    Ok(())
}

fn stored(actor: &ActorId, Receipt { position, version }: Receipt, id: CommitId) -> String {
    format!("stored {actor} {version} {position} {id}")
}

fn failed(err: &StoreError) -> String {
    let source = err
        .source()
        .map_or_else(String::new, |source| format!(": {source}"));
    format!("failed {:?} {err}{source}", err.kind())
}

/// One write, so that it is told whole or not at all.
fn tell(line: &str) {
    let written = io::stdout().write_all(format!("{line}\n").as_bytes());
    written.expect("someone listens");
}

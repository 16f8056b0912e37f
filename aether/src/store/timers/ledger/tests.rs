use std::{collections::HashMap, sync::Mutex, time::Duration};

use super::*;
use crate::{
    CommandId, Commit, Event, EventStore as _, EventStoreExt as _, InMemoryEventStore,
    OutgoingCommand, Payload, Timer,
};

fn at(seconds: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH.after(Duration::from_secs(seconds))
}

fn timer(due: u64) -> Timer {
    let command = OutgoingCommand {
        id: CommandId::new(),
        command: "Ring".into(),
        key: "7".to_owned(),
        data: Payload::of(&()).unwrap(),
    };
    let key = "k".to_owned();
    Timer {
        key,
        due: at(due),
        command,
    }
}

fn event(actor: u64, version: u64) -> Commit {
    Commit::new([Event::new(format!("A.{actor}"), version, "Set", &()).unwrap()]).unwrap()
}

/// Sets a timer of each of so many actors, due in the order of their numbers.
async fn fill(store: &InMemoryEventStore, actors: u64) {
    for actor in 0..actors {
        let commit = event(actor, 1).setting(timer(actor));
        store.append(commit).await.unwrap();
    }
}

async fn open(store: &impl CheckpointStore) -> TimerLedger {
    TimerLedger::open(store, "timers", TimerScope::Actor)
        .await
        .unwrap()
}

/// Reads the log from where the ledger says, and how many commits that were.
async fn read(store: &InMemoryEventStore, ledger: &mut TimerLedger) -> usize {
    let log = store.log(ledger.position()).await.unwrap();
    for recorded in &log {
        ledger.apply(recorded);
    }
    log.len()
}

fn pending(ledger: &TimerLedger) -> Vec<ActorId> {
    let mut timers: Vec<_> = ledger
        .partitions
        .iter()
        .flat_map(|it| it.timers.iter())
        .collect();
    timers.sort_by_key(|it| (it.due, it.position, it.number));
    timers.into_iter().map(|it| it.actor_id).collect()
}

/// Checkpoints that keep no state larger than so many bytes, and count what is written.
#[derive(Default)]
struct Shelf {
    kept: Mutex<HashMap<String, Checkpoint>>,
    limit: Option<usize>,
    writes: Mutex<usize>,
}

impl CheckpointStore for Shelf {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        let kept = self.kept.lock().unwrap();
        Ok(kept.get(reader).cloned().unwrap_or_default())
    }

    async fn save_checkpoint(&self, reader: &str, it: Checkpoint) -> Result<(), StoreError> {
        let bytes = it.state.as_ref().map_or(0, |it| it.data.as_bytes().len());
        if self.limit.is_some_and(|limit| bytes > limit) {
            return Err(StoreError::new(StoreErrorKind::TooLarge, "it is too large"));
        }
        *self.writes.lock().unwrap() += 1;
        self.kept.lock().unwrap().insert(reader.to_owned(), it);
        Ok(())
    }

    async fn replace_checkpoint(
        &self,
        reader: &str,
        _expected: &Checkpoint,
        it: Checkpoint,
    ) -> Result<(), StoreError> {
        self.save_checkpoint(reader, it).await
    }
}

#[tokio::test]
async fn a_restart_finds_what_was_kept_and_reads_the_rest() {
    let store = InMemoryEventStore::new();
    fill(&store, 500).await;
    let mut before = open(&store).await;
    assert_eq!(read(&store, &mut before).await, 500);
    let first = before.next(at(0)).unwrap();
    assert!(before.fired(&first) && !before.fired(&first));
    assert_eq!(before.save(&store).await.unwrap(), []);
    assert!(!before.is_changed());
    store.append(event(3, 2).cancelling("k")).await.unwrap();
    store
        .append(event(4, 2).setting(timer(9_999)))
        .await
        .unwrap();

    let mut after = open(&store).await;
    assert_eq!(read(&store, &mut after).await, 2);
    read(&store, &mut before).await;
    assert_eq!(pending(&after), pending(&before));
    let found = pending(&after);
    assert_eq!((found.len(), after.len()), (498, 498));
    assert_eq!(found[0].as_str(), "A.1");
    assert_eq!(found[497].as_str(), "A.4", "its new time is the last");
}

#[tokio::test]
async fn what_fired_is_kept_though_the_log_stands_still() {
    let store = InMemoryEventStore::new();
    fill(&store, 1).await;
    let mut before = open(&store).await;
    read(&store, &mut before).await;
    before.save(&store).await.unwrap();
    let due = before.next(at(0)).unwrap();
    before.fired(&due);
    before.save(&store).await.unwrap();
    let mut after = open(&store).await;
    read(&store, &mut after).await;
    assert!(after.is_empty(), "{after:?}");
}

#[tokio::test]
async fn a_command_that_was_handled_is_no_timer_any_more() {
    let store = InMemoryEventStore::new();
    let timer = timer(5);
    let command = timer.command.id;
    store.append(event(1, 1).setting(timer)).await.unwrap();
    store.append(event(2, 1).caused_by(command)).await.unwrap();
    let mut ledger = open(&store).await;
    read(&store, &mut ledger).await;
    assert_eq!(ledger.next_due(), None);
}

#[tokio::test]
async fn a_command_is_known_after_a_restart_and_though_many_were_taken_back() {
    let store = InMemoryEventStore::new();
    let timer = timer(5);
    let command = timer.command.id;
    store.append(event(1, 1).setting(timer)).await.unwrap();
    let mut before = open(&store).await;
    read(&store, &mut before).await;
    before.save(&store).await.unwrap();
    for version in 1..=3_000 {
        let commit = event(2, version).setting(self::timer(version));
        store.append(commit.cancelling("k")).await.unwrap();
    }
    store.append(event(3, 1).caused_by(command)).await.unwrap();
    let mut after = open(&store).await;
    for ledger in [&mut before, &mut after] {
        read(&store, ledger).await;
        assert!(ledger.is_empty(), "{:?}", ledger.next_due());
        assert!(ledger.commands.len() < 1_100, "{}", ledger.commands.len());
    }
}

#[tokio::test]
async fn only_what_has_changed_is_written_and_nothing_trails_far_behind() {
    let (store, shelf) = (InMemoryEventStore::new(), Shelf::default());
    let mut ledger = open(&shelf).await;
    fill(&store, 1).await;
    read(&store, &mut ledger).await;
    ledger.save(&shelf).await.unwrap();
    ledger.save(&shelf).await.unwrap();
    assert_eq!(*shelf.writes.lock().unwrap(), 1);
    for version in 1..=TimerLedger::TRAIL {
        store.append(event(9, version)).await.unwrap();
    }
    assert!(!ledger.is_changed());
    read(&store, &mut ledger).await;
    ledger.save(&shelf).await.unwrap();
    assert_eq!(*shelf.writes.lock().unwrap(), 1 + TimerLedger::PARTITIONS);
    let mut after = open(&shelf).await;
    assert_eq!(read(&store, &mut after).await, 0);
    assert_eq!(pending(&after), pending(&ledger));
}

#[tokio::test]
async fn a_full_partition_is_told_and_loses_nothing() {
    let store = InMemoryEventStore::new();
    let limit = Some(400);
    let shelf = Shelf {
        limit,
        ..Shelf::default()
    };
    let mut before = open(&shelf).await;
    fill(&store, 100).await;
    read(&store, &mut before).await;
    before.save(&shelf).await.unwrap();
    fill_more(&store, 100..400).await;
    read(&store, &mut before).await;
    let full = before.save(&shelf).await.unwrap();
    assert!(
        !full.is_empty() && !before.is_changed(),
        "it is not tried in vain"
    );
    assert_eq!(before.save(&shelf).await.unwrap(), full);
    assert!(
        full.iter()
            .all(|it| it.timers > 3 && it.position <= Position::new(100))
    );
    assert_eq!(before.len(), 400);

    let mut after = open(&shelf).await;
    assert!(read(&store, &mut after).await >= 300);
    assert_eq!(pending(&after), pending(&before));
}

async fn fill_more(store: &InMemoryEventStore, actors: std::ops::Range<u64>) {
    for actor in actors {
        let commit = event(actor, 1).setting(timer(actor));
        store.append(commit).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_kept_in_another_shape_is_read_from_the_log_again() {
    let store = InMemoryEventStore::new();
    fill(&store, 10).await;
    let data = Payload::of(&"of another time").unwrap();
    let (position, schema_hash) = (Position::new(9), 1);
    for number in 0..TimerLedger::PARTITIONS {
        let state = Some(ReaderState {
            schema_hash,
            data: data.clone(),
        });
        let old = Checkpoint { position, state };
        store
            .save_checkpoint(&name("timers", number), old)
            .await
            .unwrap();
    }
    let mut ledger = open(&store).await;
    assert_eq!(read(&store, &mut ledger).await, 10);
    assert_eq!(ledger.len(), 10);
    ledger.save(&store).await.unwrap();
    let part = index(TimerScope::Actor, &ActorId::new("A.1").unwrap(), "k");
    let kept = store.checkpoint(&name("timers", part)).await.unwrap();
    assert_eq!(kept.state.unwrap().schema_hash, TimerLedger::SCHEMA);
}

#[tokio::test]
async fn what_is_kept_and_no_timers_is_corrupt() {
    let store = InMemoryEventStore::new();
    let state = Some(ReaderState {
        schema_hash: TimerLedger::SCHEMA,
        data: Payload::of(&"none").unwrap(),
    });
    let position = Position::new(1);
    let bad = Checkpoint { position, state };
    store.save_checkpoint("timers/7", bad).await.unwrap();
    let err = TimerLedger::open(&store, "timers", TimerScope::Actor).await;
    let err = err.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Corrupt);
    assert_eq!(
        err.to_string(),
        "the timers kept as `timers/7` cannot be read"
    );
}

#[test]
fn actors_are_spread_evenly_and_for_ever_in_the_same_way() {
    let mut counts = [0_u32; TimerLedger::PARTITIONS];
    for number in 0..64_000 {
        let actor = ActorId::new(format!("Order.{number}")).unwrap();
        counts[index(TimerScope::Actor, &actor, "k")] += 1;
    }
    assert!(
        counts.iter().all(|count| (800..1_200).contains(count)),
        "{counts:?}"
    );
    let known = ActorId::new("Order.7").unwrap();
    assert_eq!(index(TimerScope::Actor, &known, "k"), KNOWN);
}

/// The partition of `Order.7`, as it was first.
const KNOWN: usize = 52;

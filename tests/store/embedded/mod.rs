//! The embedded store: what it promises, and what it says when something is wrong with its folder.

mod damage;
mod folder;

use std::{
    error::Error as _,
    path::{Path, PathBuf},
};

use aether::{
    ActorId, ActorSnapshot, Capabilities, Checkpoint, CheckpointStore as _, CommandId, Commit,
    CommitRef, Durability, DynEventStore, EmbeddedEventStore, EmbeddedOptions, Event,
    EventStore as _, EventStoreExt as _, Namespace, OutgoingCommand, Payload, Position,
    ReaderState, Sessions, SnapshotStore as _, StoreError, StoreErrorKind, Timer, Timestamp,
    Transaction, Version, checkpoint_conformance, snapshot_conformance,
    store::conformance::Guarded, store_conformance, transaction_conformance,
};
use aether_tests::crash;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

store_conformance!(conformance, plain);
store_conformance!(boxed, boxed);
store_conformance!(second_namespace_of_a_folder, second);

checkpoint_conformance!(checkpoints, plain);
checkpoint_conformance!(boxed_checkpoints, boxed);
checkpoint_conformance!(second_namespace_checkpoints, second);

snapshot_conformance!(snapshots, plain);
snapshot_conformance!(boxed_snapshots, boxed);
snapshot_conformance!(second_namespace_snapshots, second);

transaction_conformance!(transactions, plain);
transaction_conformance!(boxed_transactions, boxed);
transaction_conformance!(second_namespace_transactions, second);

async fn plain() -> Guarded<EmbeddedEventStore, TempDir> {
    let (folder, store) = fresh().await;
    Guarded::new(store, folder)
}

async fn boxed() -> Guarded<DynEventStore, TempDir> {
    let (folder, store) = fresh().await;
    Guarded::new(DynEventStore::new(store), folder)
}

/// The second namespace of a folder, whose first has something of everything.
async fn second() -> Guarded<EmbeddedEventStore, TempDir> {
    let (folder, store) = fresh().await;
    store.save(event("latest", 1)).await.unwrap();
    store.save_snapshot(snapshot("latest", 99)).await.unwrap();
    let far = Position::new(u64::MAX).into();
    store.save_checkpoint("reader", far).await.unwrap();
    let namespace = Namespace::new("second/*.>").unwrap();
    Guarded::new(store.in_namespace(namespace).await.unwrap(), folder)
}

async fn fresh() -> (TempDir, EmbeddedEventStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    (folder, store)
}

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_embedded-writer"))
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("aether.redb")
}

fn actor(text: &str) -> ActorId {
    ActorId::new(text).unwrap()
}

fn event(actor: &str, version: u64) -> Event {
    Event::new(actor, version, "Counted", &json!({ "n": version })).unwrap()
}

fn snapshot(actor: &str, version: u64) -> ActorSnapshot {
    ActorSnapshot {
        sessions: Sessions::default(),
        actor_id: self::actor(actor),
        version: Version::new(version),
        last_commit: CommitRef {
            id: Uuid::from_u128(version.into()).into(),
            expected: Version::NONE,
            position: Position::new(1),
        },
        state: Payload::of(&json!({ "n": version })).unwrap(),
        schema_hash: 1,
        timestamp: Timestamp::UNIX_EPOCH,
    }
}

/// A checkpoint with a state that names its position.
fn checkpoint(position: u64) -> Checkpoint {
    let state = ReaderState {
        schema_hash: 2,
        data: Payload::of(&json!({ "seen": position })).unwrap(),
    };
    Checkpoint {
        position: Position::new(position),
        state: Some(state),
    }
}

/// The kind, the text, and what lay behind it.
fn told(err: &StoreError) -> (StoreErrorKind, String, String) {
    let source = err.source().map(ToString::to_string).unwrap_or_default();
    (err.kind(), err.to_string(), source)
}

#[tokio::test]
async fn what_was_stored_is_there_when_the_folder_is_opened_again() {
    let (folder, store) = fresh().await;
    for version in 1..=20 {
        store.save(event("a", version)).await.unwrap();
        store.save(event("b", version)).await.unwrap();
    }
    let asking = asking(Commit::new([event("b", 21)]).unwrap());
    let both = Transaction::new([Commit::new([event("a", 21)]).unwrap(), asking]).unwrap();
    let receipts = store.transact(both.clone()).await.unwrap();
    let log = store.log(Position::START).await.unwrap();
    store
        .save_checkpoint("reader", checkpoint(7))
        .await
        .unwrap();
    store.save_snapshot(snapshot("a", 20)).await.unwrap();
    drop(store);

    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    assert_eq!(store.log(Position::START).await.unwrap(), log);
    assert_eq!(log.last().map(|it| &it.commit), both.commits().last());
    assert_eq!(store.transact(both).await.unwrap(), receipts);
    assert_eq!(store.head().await.unwrap(), Position::new(42));
    assert_eq!(store.version(&actor("b")).await.unwrap(), Version::new(21));
    assert_eq!(store.checkpoint("reader").await.unwrap(), checkpoint(7));
    let kept = store.snapshot(&actor("a")).await.unwrap();
    assert_eq!(kept, Some(snapshot("a", 20)));
    let known = log.first().unwrap();
    let receipt = store.append(known.commit.clone()).await.unwrap();
    assert_eq!(receipt.position, known.position);
    let verified = store.verify().await.unwrap();
    assert_eq!(
        (verified.commits, verified.events, verified.actors),
        (42, 42, 2)
    );
    assert_eq!((verified.checkpoints, verified.snapshots), (1, 1));
}

/// The commit, with a command, a timer that is set and one that is cancelled.
fn asking(commit: Commit) -> Commit {
    let command = || OutgoingCommand {
        id: CommandId::new(),
        command: "Ship".into(),
        key: "7".to_owned(),
        data: Payload::of(&json!({ "by": "air" })).unwrap(),
    };
    let timer = Timer {
        key: "late".to_owned(),
        due: Timestamp::UNIX_EPOCH,
        command: command(),
    };
    commit.asking(command()).setting(timer).cancelling("early")
}

#[tokio::test]
async fn what_the_store_can_do_is_told() {
    let (_folder, store) = fresh().await;
    let wanted = Capabilities::lasting(Durability::Disk)
        .with_transactions(usize::MAX)
        .with_limits(64 << 20, 64 << 20);
    assert_eq!(store.capabilities(), wanted);
}

#[tokio::test]
async fn a_transaction_may_have_many_commits_and_guards() {
    let (_folder, store) = fresh().await;
    let commits = (0..1_500).map(|it| Commit::new([event(&format!("many.{it}"), 1)]).unwrap());
    let mut transaction = Transaction::new(commits).unwrap();
    for number in 0..500 {
        let guarded = actor(&format!("guarded.{number}"));
        transaction = transaction.guard(guarded, Version::NONE).unwrap();
    }
    let receipts = store.transact(transaction).await.unwrap();
    let positions: Vec<_> = receipts.iter().map(|it| it.position.as_u64()).collect();
    assert_eq!(positions, (1..=1_500).collect::<Vec<_>>());
    assert_eq!(store.verify().await.unwrap().actors, 1_500);
}

#[tokio::test]
async fn namespaces_of_a_folder_do_not_see_each_other() {
    let (folder, store) = fresh().await;
    let names = ["other", "default ", "log default", "雪", "a.b", "*"];
    for (index, name) in names.into_iter().enumerate() {
        let other = store
            .in_namespace(Namespace::new(name).unwrap())
            .await
            .unwrap();
        assert_eq!(other.head().await.unwrap(), Position::START, "{name}");
        assert_eq!(other.snapshot(&actor("a")).await.unwrap(), None, "{name}");
        let found = other.checkpoint("reader").await.unwrap();
        assert_eq!(found, Checkpoint::default(), "{name}");
        let count = index as u64 + 1;
        for version in 1..=count {
            other.save(event("a", version)).await.unwrap();
        }
        other.save_snapshot(snapshot("a", count)).await.unwrap();
        let saved = other.save_checkpoint("reader", checkpoint(count));
        saved.await.unwrap();
    }
    let mut sorted = names.map(|name| Namespace::new(name).unwrap());
    sorted.sort_unstable();
    assert_eq!(store.namespaces().await.unwrap(), sorted);
    store.save(event("a", 1)).await.unwrap();
    assert_eq!(store.snapshot(&actor("a")).await.unwrap(), None);
    drop(store);
    for (index, name) in names.into_iter().enumerate() {
        let options = EmbeddedOptions::new().namespace(Namespace::new(name).unwrap());
        let other = options.open(folder.path()).await.unwrap();
        let (verified, count) = (other.verify().await.unwrap(), index as u64 + 1);
        assert_eq!(verified.events, count, "{name}");
        assert_eq!((verified.checkpoints, verified.snapshots), (1, 1), "{name}");
        let found = other.snapshot(&actor("a")).await.unwrap();
        assert_eq!(found, Some(snapshot("a", count)), "{name}");
        let found = other.checkpoint("reader").await.unwrap();
        assert_eq!(found, checkpoint(count), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_loses_nothing_that_was_answered_and_leaves_transactions_whole() {
    let outcome = crash::rounds(program(), 7, 15).await;
    assert_eq!(outcome.kills, 15);
    assert!(outcome.answered > 200, "{outcome:?}");
    assert!(outcome.transactions > 20, "{outcome:?}");
}

#[tokio::test]
async fn a_commit_that_is_too_large_is_refused_with_the_limit() {
    let (_folder, store) = fresh().await;
    let data = "x".repeat(EmbeddedEventStore::MAX_COMMIT_BYTES / 2);
    let events = [1, 2].map(|it| Event::new("a", it, "Counted", &data).unwrap());
    let [small, _] = events.clone();
    let err = store
        .append(Commit::new(events).unwrap())
        .await
        .unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::TooLarge);
    assert!(
        err.to_string()
            .ends_with(" and at most 67108864 are allowed"),
        "{err}"
    );
    assert_eq!(store.head().await.unwrap(), Position::START);
    store.save(small).await.unwrap();
}

#[tokio::test]
async fn a_transaction_with_a_commit_that_is_too_large_is_refused_whole() {
    let (_folder, store) = fresh().await;
    let data = "x".repeat(EmbeddedEventStore::MAX_COMMIT_BYTES);
    let large = Event::new("large", 1, "Counted", &data).unwrap();
    let commits = [event("a", 1), large].map(|it| Commit::new([it]).unwrap());
    let refused = store.transact(Transaction::new(commits).unwrap()).await;
    assert_eq!(refused.unwrap_err().kind(), StoreErrorKind::TooLarge);
    assert_eq!(store.head().await.unwrap(), Position::START);
}

#[tokio::test]
async fn a_state_that_is_too_large_is_refused_with_the_limit() {
    let (_folder, store) = fresh().await;
    // As JSON it has two quotes more.
    let state = |bytes: usize| Payload::of(&"x".repeat(bytes - 2)).unwrap();
    let most = EmbeddedEventStore::MAX_STATE_BYTES;
    let refused = |what: &str| {
        let nothing = "nothing was stored: the state of the";
        format!("{nothing} {what} is 67108865 bytes long, and at most 67108864 are allowed")
    };
    let mut snapshot = snapshot("a", 1);
    let mut checkpoint = checkpoint(1);
    snapshot.state = state(most + 1);
    let err = store.save_snapshot(snapshot.clone()).await.unwrap_err();
    assert_eq!(
        (err.kind(), err.to_string()),
        (StoreErrorKind::TooLarge, refused("actor"))
    );
    checkpoint.state.as_mut().unwrap().data = state(most + 1);
    let saved = store.save_checkpoint("reader", checkpoint.clone());
    let err = saved.await.unwrap_err();
    assert_eq!(
        (err.kind(), err.to_string()),
        (StoreErrorKind::TooLarge, refused("reader"))
    );

    snapshot.state = state(most);
    store.save_snapshot(snapshot.clone()).await.unwrap();
    assert!(store.snapshot(&actor("a")).await.unwrap() == Some(snapshot));
    checkpoint.state.as_mut().unwrap().data = state(most);
    let saved = store.save_checkpoint("reader", checkpoint.clone());
    saved.await.unwrap();
    assert!(store.checkpoint("reader").await.unwrap() == checkpoint);
}

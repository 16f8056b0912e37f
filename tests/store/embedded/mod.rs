//! The embedded store: what it promises, and what it says when something is wrong with its folder.

mod damage;
mod folder;

use std::{
    error::Error as _,
    path::{Path, PathBuf},
};

use aether::{
    ActorId, CheckpointStore as _, Commit, DynEventStore, EmbeddedEventStore, EmbeddedOptions,
    Event, EventStore as _, EventStoreExt as _, Namespace, Position, StoreError, StoreErrorKind,
    Version, store::conformance::Guarded, store_conformance,
};
use aether_tests::crash;
use serde_json::json;
use tempfile::TempDir;

store_conformance!(conformance, async || {
    let (folder, store) = fresh().await;
    Guarded::new(store, folder)
});
store_conformance!(boxed, async || {
    let (folder, store) = fresh().await;
    Guarded::new(DynEventStore::new(store), folder)
});
store_conformance!(second_namespace_of_a_folder, async || {
    let (folder, store) = fresh().await;
    let event = Event::new("first", 1, "Counted", &json!({})).unwrap();
    store.save(event).await.unwrap();
    let namespace = Namespace::new("second/*.>").unwrap();
    Guarded::new(store.in_namespace(namespace).await.unwrap(), folder)
});

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
    let log = store.log(Position::START).await.unwrap();
    store
        .save_checkpoint("reader", Position::new(7))
        .await
        .unwrap();
    drop(store);

    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    assert_eq!(store.log(Position::START).await.unwrap(), log);
    assert_eq!(store.head().await.unwrap(), Position::new(40));
    assert_eq!(store.version(&actor("b")).await.unwrap(), Version::new(20));
    assert_eq!(store.checkpoint("reader").await.unwrap(), Position::new(7));
    let known = log.first().unwrap();
    let receipt = store.append(known.commit.clone()).await.unwrap();
    assert_eq!(receipt.position, known.position);
    let verified = store.verify().await.unwrap();
    assert_eq!(
        (verified.commits, verified.events, verified.actors),
        (40, 40, 2)
    );
}

#[tokio::test]
async fn a_checkpoint_never_goes_back_and_is_of_one_reader_in_one_namespace() {
    let (_folder, store) = fresh().await;
    let other = store
        .in_namespace(Namespace::new("other").unwrap())
        .await
        .unwrap();
    assert_eq!(store.checkpoint("reader").await.unwrap(), Position::START);
    for (saved, kept) in [(5, 5), (3, 5), (8, 8)] {
        store
            .save_checkpoint("reader", Position::new(saved))
            .await
            .unwrap();
        assert_eq!(
            store.checkpoint("reader").await.unwrap(),
            Position::new(kept)
        );
    }
    assert_eq!(store.checkpoint("another").await.unwrap(), Position::START);
    assert_eq!(other.checkpoint("reader").await.unwrap(), Position::START);
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
        for version in 1..=index as u64 + 1 {
            other.save(event("a", version)).await.unwrap();
        }
    }
    store.save(event("a", 1)).await.unwrap();
    drop(store);
    for (index, name) in names.into_iter().enumerate() {
        let options = EmbeddedOptions::new().namespace(Namespace::new(name).unwrap());
        let other = options.open(folder.path()).await.unwrap();
        assert_eq!(
            other.verify().await.unwrap().events,
            index as u64 + 1,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_loses_nothing_that_was_answered() {
    let outcome = crash::rounds(program(), 7, 15).await;
    assert_eq!(outcome.kills, 15);
    assert!(outcome.answered > 200, "{outcome:?}");
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

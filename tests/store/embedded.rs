//! The embedded store: what it promises, and what it says when something is wrong with its folder.

use std::{
    error::Error as _,
    fs,
    path::{Path, PathBuf},
};

use aether::{
    ActorId, CheckpointStore as _, Commit, DynEventStore, EmbeddedEventStore, EmbeddedOptions,
    Event, EventStore as _, EventStoreExt as _, Namespace, Position, StoreError, StoreErrorKind,
    Version,
    store::conformance::Guarded,
    store_conformance,
};
use aether_tests::crash::{self, Dice, Writer};
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

async fn refused(folder: &Path) -> (StoreErrorKind, String, String) {
    told(&EmbeddedEventStore::open(folder).await.unwrap_err())
}

#[tokio::test]
async fn what_was_stored_is_there_when_the_folder_is_opened_again() {
    let (folder, store) = fresh().await;
    for version in 1..=20 {
        store.save(event("a", version)).await.unwrap();
        store.save(event("b", version)).await.unwrap();
    }
    let log = store.log(Position::START).await.unwrap();
    store.save_checkpoint("reader", Position::new(7)).await.unwrap();
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
    assert_eq!((verified.commits, verified.events, verified.actors), (40, 40, 2));
}

#[tokio::test]
async fn a_checkpoint_never_goes_back_and_is_of_one_reader_in_one_namespace() {
    let (_folder, store) = fresh().await;
    let other = store.in_namespace(Namespace::new("other").unwrap()).await.unwrap();
    assert_eq!(store.checkpoint("reader").await.unwrap(), Position::START);
    for (saved, kept) in [(5, 5), (3, 5), (8, 8)] {
        store.save_checkpoint("reader", Position::new(saved)).await.unwrap();
        assert_eq!(store.checkpoint("reader").await.unwrap(), Position::new(kept));
    }
    assert_eq!(store.checkpoint("another").await.unwrap(), Position::START);
    assert_eq!(other.checkpoint("reader").await.unwrap(), Position::START);
}

#[tokio::test]
async fn namespaces_of_a_folder_do_not_see_each_other() {
    let (folder, store) = fresh().await;
    let names = ["other", "default ", "log default", "雪", "a.b", "*"];
    for (index, name) in names.into_iter().enumerate() {
        let other = store.in_namespace(Namespace::new(name).unwrap()).await.unwrap();
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
        assert_eq!(other.verify().await.unwrap().events, index as u64 + 1, "{name}");
    }
}

#[tokio::test]
async fn a_folder_is_free_when_the_last_clone_and_the_last_follower_are_gone() {
    let (folder, store) = fresh().await;
    let (clone, log) = (store.clone(), Box::pin(store.follow(Position::START)));
    let path = folder.path().display().to_string();
    let in_use = format!(
        "the folder `{path}` is in use by this process already: one store at a time can have it open"
    );
    drop(store);
    assert_eq!(refused(folder.path()).await.1, in_use);
    drop(clone);
    assert_eq!(refused(folder.path()).await.1, in_use);
    drop(log);
    EmbeddedEventStore::open(folder.path()).await.unwrap();
}

#[tokio::test]
async fn a_second_process_is_refused_and_told_which_one_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Writer::start(program(), folder.path(), 0);
    assert!(first.opened().await);
    let path = folder.path().display();
    let in_use = format!(
        "the folder `{path}` is in use by process {}: one store at a time can have it open",
        first.id().unwrap()
    );
    let here = refused(folder.path()).await;
    assert_eq!(here, (StoreErrorKind::Unavailable, in_use.clone(), String::new()));
    let mut second = Writer::start(program(), folder.path(), 0);
    assert_eq!(second.line().await, Some(format!("failed Unavailable {in_use}")));

    first.kill().await;
    EmbeddedEventStore::open(folder.path()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_loses_nothing_that_was_answered() {
    let outcome = crash::rounds(program(), 7, 15).await;
    assert_eq!(outcome.kills, 15);
    assert!(outcome.answered > 200, "{outcome:?}");
}

#[tokio::test]
async fn nothing_is_stored_where_there_is_no_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::start_with_room(program(), folder.path(), 8, 4_096);
    assert!(writer.opened().await);
    let mut stored = 0;
    let failed = loop {
        match writer.line().await.unwrap() {
            line if line.starts_with("stored ") => stored += 1,
            line => break line,
        }
    };
    let wanted = format!(
        "failed Unavailable nothing was stored: the file `{}` cannot be written",
        file(&folder).display()
    );
    assert_eq!(failed, wanted);
    assert!(stored > 100, "{stored}");
    writer.kill().await;
    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    let verified = store.verify().await.unwrap();
    assert!(verified.commits >= stored, "{} of {stored}", verified.commits);
    let next = store.version(&actor("Counter.0")).await.unwrap().next();
    store.save(event("Counter.0", next.as_u64())).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_is_too_large_is_refused_with_the_limit() {
    let (_folder, store) = fresh().await;
    let data = "x".repeat(EmbeddedEventStore::MAX_COMMIT_BYTES / 2);
    let events = [1, 2].map(|it| Event::new("a", it, "Counted", &data).unwrap());
    let [small, _] = events.clone();
    let err = store.append(Commit::new(events).unwrap()).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::TooLarge);
    assert!(err.to_string().ends_with(" and at most 67108864 are allowed"), "{err}");
    assert_eq!(store.head().await.unwrap(), Position::START);
    store.save(small).await.unwrap();
}

#[tokio::test]
async fn a_file_in_the_place_of_the_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events");
    fs::write(&path, "").unwrap();
    let what = format!("`{}` is a file where a folder is needed", path.display());
    let wanted = (StoreErrorKind::Misconfigured, what, String::new());
    assert_eq!(refused(&path).await, wanted);

    let below = path.join("below");
    let (kind, what, _) = refused(&below).await;
    assert_eq!(kind, StoreErrorKind::Misconfigured);
    assert!(what.starts_with("the folder `") && what.ends_with("` cannot be made"), "{what}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_to_is_refused() {
    // Not even root can make a file there.
    let (kind, what, source) = refused(Path::new("/proc/self/task")).await;
    assert_eq!(kind, StoreErrorKind::Misconfigured, "{source}");
    assert_eq!(what, "the folder `/proc/self/task` cannot be written to");
    let (kind, what, source) = refused(Path::new("/proc/self/events")).await;
    assert_eq!(kind, StoreErrorKind::Misconfigured, "{source}");
    assert_eq!(what, "the folder `/proc/self/events` cannot be made");
}

const ABOUT: redb::TableDefinition<'_, &str, u64> = redb::TableDefinition::new("about");

#[tokio::test]
async fn a_file_of_a_later_format_is_refused() {
    let (folder, store) = fresh().await;
    drop(store);
    let database = redb::Database::open(file(&folder)).unwrap();
    let tx = database.begin_write().unwrap();
    tx.open_table(ABOUT).unwrap().insert("format", 2).unwrap();
    tx.commit().unwrap();
    drop(database);
    let what = format!(
        "the file `{}` has format 2, and this version of Aether reads format 1",
        file(&folder).display()
    );
    let wanted = (StoreErrorKind::Misconfigured, what, String::new());
    assert_eq!(refused(folder.path()).await, wanted);
}

#[tokio::test]
async fn a_file_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(redb::Database::create(file(&folder)).unwrap());
    let what = format!("the file `{}` holds something else than events", file(&folder).display());
    let wanted = (StoreErrorKind::Misconfigured, what, String::new());
    assert_eq!(refused(folder.path()).await, wanted);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    for text in ["", "not a database", &"x".repeat(100_000)] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(file(&folder), text).unwrap();
        let (kind, what, _) = refused(folder.path()).await;
        assert_eq!(kind, StoreErrorKind::Corrupt, "{what}");
        assert_eq!(what, format!("the file `{}` is damaged", file(&folder).display()));
        assert_eq!(fs::read(file(&folder)).unwrap(), text.as_bytes());
    }
}

/// The file of a store as it is after a kill, and how many commits were answered.
async fn killed(commits: u64) -> (Vec<u8>, u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::start(program(), folder.path(), 4);
    assert!(writer.opened().await);
    for _ in 0..commits {
        writer.told().await;
    }
    let (rest, _) = writer.kill().await;
    let bytes = fs::read(file(&folder)).unwrap();
    (bytes, commits + rest.len() as u64)
}

/// The commits that can be read in a file with these bytes, or the error that says what is wrong.
async fn commits_in(bytes: &[u8]) -> Result<u64, StoreError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(file(&folder), bytes).unwrap();
    let store = EmbeddedEventStore::open(folder.path()).await?;
    let verified = store.verify().await?;
    let log = store.log(Position::START).await?;
    assert_eq!(log.len() as u64, verified.commits);
    Ok(verified.commits)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_file_gives_all_that_was_before_the_tear_or_says_that_it_is_damaged() {
    let (bytes, answered) = killed(300).await;
    assert!(commits_in(&bytes).await.unwrap() >= answered);
    let mut dice = Dice::new(11);
    let (mut damaged, mut whole) = (0, 0);
    for round in 0..120 {
        let mut torn = bytes.clone();
        let at = usize::try_from(dice.roll(bytes.len() as u64)).unwrap();
        match dice.roll(3) {
            0 => torn.truncate(at),
            1 => torn[at] ^= 1 << dice.roll(8),
            _ => {
                let end = (at + 4_096).min(torn.len());
                torn[at..end].fill(0);
            }
        }
        match commits_in(&torn).await {
            // The last transaction is at most what four writers handed over at once.
            Ok(found) => {
                assert!(found + 4 >= answered, "round {round}: {found} of {answered}");
                whole += 1;
            }
            Err(err) => {
                assert_eq!(err.kind(), StoreErrorKind::Corrupt, "round {round}: {:?}", told(&err));
                damaged += 1;
            }
        }
    }
    assert!(damaged > 20 && whole > 20, "{damaged} damaged, {whole} whole");
}

#[tokio::test]
async fn a_damaged_record_is_reported_with_its_position_and_those_before_it_are_given() {
    let (folder, store) = fresh().await;
    for version in 1..=30 {
        store.save(event("a", version)).await.unwrap();
    }
    drop(store);
    let mut bytes = fs::read(file(&folder)).unwrap();
    let needle = br#""actorversion":17,"#;
    let mut hits = 0;
    for at in 0..bytes.len() - needle.len() {
        if bytes[at..].starts_with(needle) {
            bytes[at + needle.len() - 2] = b'8';
            hits += 1;
        }
    }
    assert!(hits > 0, "the record lies in the file as it was written");
    fs::write(file(&folder), bytes).unwrap();

    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    let wanted = "a record in the log is damaged (at position 17)";
    let err = store.read(&actor("a"), Version::NONE).await.unwrap_err();
    assert_eq!((err.kind(), err.to_string()), (StoreErrorKind::Corrupt, wanted.to_owned()));
    assert_eq!(err.position(), Some(Position::new(17)));
    assert_eq!(store.verify().await.unwrap_err().to_string(), wanted);

    let mut log = Box::pin(store.follow(Position::START));
    for position in 1..=16 {
        let recorded = futures_util::StreamExt::next(&mut log).await.unwrap().unwrap();
        assert_eq!(recorded.position, Position::new(position));
    }
    let err = futures_util::StreamExt::next(&mut log).await.unwrap().unwrap_err();
    assert_eq!(err.to_string(), wanted);
    assert!(futures_util::StreamExt::next(&mut log).await.is_none());

    let page = store.read(&actor("a"), Version::new(17)).await.unwrap();
    assert_eq!(page.commits.len(), 13);
    store.save(event("a", 31)).await.unwrap();
}

use std::{fs, path::Path};

use aether::{EmbeddedEventStore, EventStore as _, EventStoreExt as _, Position, StoreErrorKind};
use aether_tests::crash::Writer;
use redb::ReadableTable as _;

use super::{actor, event, file, fresh, program, told};

async fn refused(folder: &Path) -> (StoreErrorKind, String, String) {
    told(&EmbeddedEventStore::open(folder).await.unwrap_err())
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
    assert_eq!(
        here,
        (StoreErrorKind::Unavailable, in_use.clone(), String::new())
    );
    let mut second = Writer::start(program(), folder.path(), 0);
    assert_eq!(
        second.line().await,
        Some(format!("failed Unavailable {in_use}"))
    );

    first.kill().await;
    EmbeddedEventStore::open(folder.path()).await.unwrap();
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
    assert!(
        verified.commits >= stored,
        "{} of {stored}",
        verified.commits
    );
    let next = store.version(&actor("Counter.0")).await.unwrap().next();
    store.save(event("Counter.0", next.as_u64())).await.unwrap();
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
    assert!(
        what.starts_with("the folder `") && what.ends_with("` cannot be made"),
        "{what}"
    );
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
    tx.open_table(ABOUT).unwrap().insert("format", 4).unwrap();
    tx.commit().unwrap();
    drop(database);
    let what = format!(
        "the file `{}` has format 4, and this version of Aether reads formats 2 and 3",
        file(&folder).display()
    );
    let wanted = (StoreErrorKind::Misconfigured, what, String::new());
    assert_eq!(refused(folder.path()).await, wanted);
}

#[tokio::test]
async fn a_file_of_the_format_before_is_read_and_written_on() {
    let (folder, store) = fresh().await;
    store.save(event("a", 1)).await.unwrap();
    drop(store);
    let format = |format: Option<u64>| {
        let database = redb::Database::open(file(&folder)).unwrap();
        let tx = database.begin_write().unwrap();
        let mut about = tx.open_table(ABOUT).unwrap();
        let found = match format {
            Some(format) => about.insert("format", format).unwrap(),
            None => about.get("format").unwrap(),
        };
        let found = found.map(|it| it.value());
        drop(about);
        tx.commit().unwrap();
        found
    };
    assert_eq!(format(Some(2)), Some(3));
    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    store.save(event("a", 2)).await.unwrap();
    assert_eq!(store.verify().await.unwrap().commits, 2);
    drop(store);
    assert_eq!(format(None), Some(3));
}

#[tokio::test]
async fn a_file_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(redb::Database::create(file(&folder)).unwrap());
    let what = format!(
        "the file `{}` holds something else than events",
        file(&folder).display()
    );
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
        assert_eq!(
            what,
            format!("the file `{}` is damaged", file(&folder).display())
        );
        assert_eq!(fs::read(file(&folder)).unwrap(), text.as_bytes());
    }
}

#[tokio::test]
async fn a_file_that_was_never_finished_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("aether.redb.new"), "half a file").unwrap();
    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    store.save(event("a", 1)).await.unwrap();
    assert!(!folder.path().join("aether.redb.new").exists());
}

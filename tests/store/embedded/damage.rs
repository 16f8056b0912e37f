use std::fs;

use aether::{
    CheckpointStore as _, EmbeddedEventStore, EventStore as _, EventStoreExt as _, Position,
    SnapshotStore as _, StoreError, StoreErrorKind, Version,
    store::{Entry, Span},
};
use aether_tests::crash::{Dice, Writer};
use futures_util::StreamExt as _;
use tempfile::TempDir;

use super::{actor, checkpoint, event, file, fresh, program, snapshot, told};

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

/// The file of a store that was dropped in good order.
async fn closed(commits: u64) -> Vec<u8> {
    let (folder, store) = fresh().await;
    for number in 0..commits {
        let actor = format!("Counter.{}", number % 7);
        store.save(event(&actor, number / 7 + 1)).await.unwrap();
    }
    drop(store);
    fs::read(file(&folder)).unwrap()
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

/// Damages the bytes in one of three ways, and says how.
fn tear(bytes: &[u8], dice: &mut Dice) -> (Vec<u8>, String) {
    let mut torn = bytes.to_vec();
    let at = usize::try_from(dice.roll(bytes.len() as u64)).unwrap();
    let how = match dice.roll(3) {
        0 => {
            torn.truncate(at);
            "cut off"
        }
        1 => {
            torn[at] ^= 1 << dice.roll(8);
            "a bit flipped"
        }
        _ => {
            let end = (at + 4_096).min(torn.len());
            torn[at..end].fill(0);
            "a page zeroed"
        }
    };
    (torn, format!("{how} at {at} of {}", bytes.len()))
}

/// Tears a file again and again: it must hold at least `wanted` commits, or be called damaged.
async fn tears(bytes: &[u8], wanted: u64, seed: u64) {
    let mut dice = Dice::new(seed);
    let (mut damaged, mut whole) = (0, 0);
    for _ in 0..120 {
        let (torn, how) = tear(bytes, &mut dice);
        match commits_in(&torn).await {
            Ok(found) => {
                assert!(found >= wanted, "{how}: {found} of {wanted}");
                whole += 1;
            }
            Err(err) => {
                assert_eq!(
                    err.kind(),
                    StoreErrorKind::Corrupt,
                    "{how}: {:?}",
                    told(&err)
                );
                damaged += 1;
            }
        }
    }
    assert!(
        damaged > 10 && whole > 10,
        "{damaged} damaged, {whole} whole"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_file_gives_all_that_was_before_the_tear_or_says_that_it_is_damaged() {
    let (bytes, answered) = killed(300).await;
    assert!(commits_in(&bytes).await.unwrap() >= answered);
    // A tear in the last transaction looks like one that was cut short: the four writers' last,
    // each of two commits at most.
    tears(&bytes, answered - 8, 11).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_was_closed_and_then_torn_gives_everything_or_says_that_it_is_damaged() {
    let bytes = closed(300).await;
    assert_eq!(commits_in(&bytes).await.unwrap(), 300);
    tears(&bytes, 300, 12).await;
}

/// Writes some bytes over others wherever these lie in the file.
fn swap_in_file(folder: &TempDir, data: &[u8], other: &[u8]) {
    let mut bytes = fs::read(file(folder)).unwrap();
    let mut hits = 0;
    for at in 0..bytes.len() - data.len() {
        if bytes[at..].starts_with(data) {
            bytes[at..at + data.len()].copy_from_slice(other);
            hits += 1;
        }
    }
    assert!(hits > 0, "the data lies in the file as it was given");
    fs::write(file(folder), bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_record_is_reported_with_its_position_and_those_before_it_are_given() {
    let (folder, store) = fresh().await;
    for version in 1..=30 {
        store.save(event("a", version)).await.unwrap();
    }
    drop(store);
    swap_in_file(&folder, br#"{"n":17}"#, br#"{"n":71}"#);

    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    let wanted = "a record in the log is damaged (at position 17)";
    let err = store.read(&actor("a"), Version::NONE).await.unwrap_err();
    assert_eq!(
        (err.kind(), err.to_string()),
        (StoreErrorKind::Corrupt, wanted.to_owned())
    );
    assert_eq!(err.position(), Some(Position::new(17)));
    assert_eq!(store.verify().await.unwrap_err().to_string(), wanted);

    let mut log = Box::pin(store.follow(Position::START));
    for position in 1..=16 {
        let recorded = log.next().await.unwrap().unwrap();
        assert_eq!(recorded.position, Position::new(position));
    }
    let err = log.next().await.unwrap().unwrap_err();
    assert_eq!(err.to_string(), wanted);
    assert!(log.next().await.is_none());

    let page = store.read(&actor("a"), Version::new(17)).await.unwrap();
    assert_eq!(page.commits.len(), 13);
    for span in [Span::ALL, Span::ALL.backwards()] {
        let entries: Vec<_> = store.entries(span).map(Result::unwrap).collect().await;
        assert_eq!(entries.len(), 30);
        let unreadable = entries.into_iter().filter_map(|entry| match entry {
            Entry::Commit(_) => None,
            Entry::Unreadable(unreadable) => Some(unreadable),
        });
        let unreadable: Vec<_> = unreadable.collect();
        assert_eq!(unreadable.len(), 1);
        assert_eq!(unreadable[0].error.to_string(), wanted);
        assert!(unreadable[0].bytes.ends_with(br#"{"n":71}}"#));
    }
    store.save(event("a", 31)).await.unwrap();
}

/// A store with two snapshots and two checkpoints, of which the bytes of one are changed.
async fn with_damage_beside(data: &[u8], other: &[u8]) -> (TempDir, EmbeddedEventStore) {
    let (folder, store) = fresh().await;
    for (name, number) in [("a", 17), ("b", 18)] {
        store.save_snapshot(snapshot(name, number)).await.unwrap();
        let saved = store.save_checkpoint(name, checkpoint(number));
        saved.await.unwrap();
    }
    store.save(event("a", 1)).await.unwrap();
    drop(store);
    swap_in_file(&folder, data, other);
    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    (folder, store)
}

#[tokio::test]
async fn a_damaged_snapshot_is_named_and_replaced_by_the_next() {
    let (_folder, store) = with_damage_beside(br#"{"n":17}"#, br#"{"n":71}"#).await;
    let wanted = "the snapshot of `a` is damaged";
    let err = store.snapshot(&actor("a")).await.unwrap_err();
    assert_eq!(
        (err.kind(), err.to_string()),
        (StoreErrorKind::Corrupt, wanted.to_owned())
    );
    assert_eq!(store.verify().await.unwrap_err().to_string(), wanted);
    let other = store.snapshot(&actor("b")).await.unwrap();
    assert_eq!(other, Some(snapshot("b", 18)));
    assert_eq!(store.checkpoint("a").await.unwrap(), checkpoint(17));

    store.save_snapshot(snapshot("a", 5)).await.unwrap();
    let kept = store.snapshot(&actor("a")).await.unwrap();
    assert_eq!(kept, Some(snapshot("a", 5)));
    assert_eq!(store.verify().await.unwrap().snapshots, 2);
}

#[tokio::test]
async fn a_damaged_checkpoint_is_named_and_not_replaced() {
    let (_folder, store) = with_damage_beside(br#"{"seen":17}"#, br#"{"seen":71}"#).await;
    let wanted = "the checkpoint of `a` is damaged";
    let err = store.checkpoint("a").await.unwrap_err();
    assert_eq!(
        (err.kind(), err.to_string()),
        (StoreErrorKind::Corrupt, wanted.to_owned())
    );
    let saved = store.save_checkpoint("a", checkpoint(99));
    let err = saved.await.unwrap_err();
    assert_eq!(
        (err.kind(), err.to_string()),
        (StoreErrorKind::Corrupt, wanted.to_owned())
    );
    assert_eq!(store.verify().await.unwrap_err().to_string(), wanted);

    store.save(event("a", 2)).await.unwrap();
    assert_eq!(store.checkpoint("b").await.unwrap(), checkpoint(18));
    let kept = store.snapshot(&actor("a")).await.unwrap();
    assert_eq!(kept, Some(snapshot("a", 17)));
}

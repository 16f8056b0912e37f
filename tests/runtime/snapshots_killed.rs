//! A process that is killed between a commit and its snapshot.

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use aether::{
    ActorId, EmbeddedEventStore, SnapshotStore as _, Version,
    runtime::{Aether, SnapshotPolicy, verify_context},
};
use aether_tests::crash::Dice;

use crate::{
    meters::{Gauging, Meter, measure},
    watched_store::WatchedStore,
};

/// Says to a process of this test that it is the one to be killed, and where it is to work.
pub(crate) const FOLDER: &str = "AETHER_KILLED_IN";

async fn running(store: WatchedStore) -> Aether {
    let every = std::num::NonZeroU64::new(10).unwrap();
    Aether::builder()
        .store(store)
        .snapshots(SnapshotPolicy::every(every))
        .context::<Gauging>()
        .start()
        .await
        .unwrap()
}

async fn open(folder: &Path) -> WatchedStore {
    WatchedStore::over(EmbeddedEventStore::open(folder).await.unwrap())
}

/// Sends commands until it is killed, and tells of each answer.
#[expect(clippy::print_stderr, reason = "it tells the process that kills it")]
async fn work(folder: &str, holds: bool) {
    let store = open(folder.as_ref()).await;
    let held = store.seen.hold.write().await;
    let held = holds.then_some(held);
    let aether = running(store.clone()).await;
    loop {
        let sent = aether.send(measure("a", 1)).await.unwrap();
        eprintln!("answered {}", sent.version);
        if held.is_some() {
            // The snapshot is on its way, and does not arrive.
            tokio::task::yield_now().await;
        }
    }
}

/// This very test in a process of its own.
pub(crate) fn start(test: &str, folder: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills it after so many answers, and says what version the last of them told of.
pub(crate) fn kill_after(mut child: Child, answers: u64) -> u64 {
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut answered = 0;
    for line in lines.map_while(Result::ok) {
        if let Some(version) = line.strip_prefix("answered ") {
            answered = version.parse().unwrap();
        }
        if answered >= answers {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(answered >= answers, "it ended by itself after {answered}");
    answered
}

fn meter() -> ActorId {
    ActorId::of("Meter", "a").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_a_commit_and_its_snapshot_nothing_but_time_is_lost() {
    if let Ok(folder) = env::var(FOLDER) {
        return work(&folder, true).await;
    }
    let test =
        "snapshots_killed::killed_between_a_commit_and_its_snapshot_nothing_but_time_is_lost";
    let folder = tempfile::tempdir().unwrap();
    let answered = kill_after(start(test, folder.path()), 25);
    let store = open(folder.path()).await;
    assert_eq!(store.snapshot(&meter()).await.unwrap(), None);
    let aether = running(store.clone()).await;
    let loaded = aether.load::<Meter>("a").await.unwrap();
    assert!(loaded.total >= answered, "{} of {answered}", loaded.total);
    aether.settled().await.unwrap();
    let kept = store.snapshot(&meter()).await.unwrap().unwrap();
    assert_eq!(kept.version, Version::new(loaded.total));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_snapshots_are_written_the_log_and_they_agree() {
    if let Ok(folder) = env::var(FOLDER) {
        return work(&folder, false).await;
    }
    let test = "snapshots_killed::killed_while_snapshots_are_written_the_log_and_they_agree";
    let folder = tempfile::tempdir().unwrap();
    let (mut dice, mut done, mut snapshots) = (Dice::new(7), 0, 0);
    for _ in 0..6 {
        let wanted = done + 20 + dice.roll(60);
        let answered = kill_after(start(test, folder.path()), wanted);
        let store = open(folder.path()).await;
        let verified = verify_context::<Gauging>(&store, |finding| {
            assert!(
                matches!(finding, aether::runtime::Finding::Progress { .. }),
                "{finding:?}"
            );
        });
        let verified = verified.await.unwrap();
        assert!(verified.events >= answered, "{verified:?} of {answered}");
        done = verified.events;
        snapshots += verified.snapshots;
        let aether = running(store).await;
        assert_eq!(aether.load::<Meter>("a").await.unwrap().total, done);
        aether.shutdown().await;
    }
    assert!(snapshots > 0, "none was ever written before the kill");
}

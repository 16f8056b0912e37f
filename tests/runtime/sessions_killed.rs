//! A process that is killed while a policy sends commands to one actor, and that begins each time
//! at the first event of the log.

use std::{env, path::Path, sync::atomic::Ordering};

use aether::{EmbeddedEventStore, runtime::Aether};
use aether_tests::crash::Dice;

use crate::{
    meters::{Bell, Meter, Metering, Ring},
    snapshots_killed::{FOLDER, kill_after, start},
    watched_store::WatchedStore,
};

async fn running(folder: &Path) -> Aether {
    let store = WatchedStore::over(EmbeddedEventStore::open(folder).await.unwrap());
    store.seen.no_checkpoints.store(true, Ordering::SeqCst);
    let builder = Aether::builder().store(store).context::<Metering>();
    builder.start().await.unwrap()
}

/// Rings and rings until it is killed, while the rings are counted, and tells of those.
#[expect(clippy::print_stderr, reason = "it tells the process that kills it")]
async fn work(folder: &str) {
    let aether = running(folder.as_ref()).await;
    loop {
        for _ in 0..5 {
            let bell = "b".to_owned();
            aether.send(Ring { bell }).await.unwrap();
        }
        let counted = aether.load::<Meter>("rings").await.unwrap();
        eprintln!("answered {}", counted.version());
    }
}

/// A receiver that remembered the last hundred commands would count most of them again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_each_ring_is_counted_once() {
    if let Ok(folder) = env::var(FOLDER) {
        return work(&folder).await;
    }
    let test = "sessions_killed::killed_again_and_again_each_ring_is_counted_once";
    let folder = tempfile::tempdir().unwrap();
    let (mut dice, mut done) = (Dice::new(11), 0);
    for _ in 0..6 {
        let wanted = done + 60 + dice.roll(60);
        let answered = kill_after(start(test, folder.path()), wanted);
        let aether = running(folder.path()).await;
        aether.settled().await.unwrap();
        let rung = aether.load::<Bell>("b").await.unwrap().version().as_u64();
        let counted = aether.load::<Meter>("rings").await.unwrap();
        assert_eq!((counted.total, counted.count), (rung, rung));
        assert!(rung >= answered, "{rung} of {answered}");
        done = rung;
        aether.shutdown().await;
    }
    assert!(done > 300, "{done}");
}

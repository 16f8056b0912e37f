//! A process that is killed while its projection is kept and built anew.

use std::{env, path::Path, time::Duration};

use aether::{
    EmbeddedEventStore, EventStoreExt as _, Position,
    runtime::{
        Aether,
        projections::{self, Saving},
    },
};
use aether_tests::crash::Dice;

use crate::{
    books::{Booked, Booking, Totals, book, over},
    snapshots_killed::{FOLDER, kill_after, start},
};

async fn running(store: &EmbeddedEventStore) -> Aether {
    let saving = Saving::new().every(7).or_after(Duration::from_millis(20));
    let builder = over(store.clone()).context::<Booking>().saving(saving);
    builder.start().await.unwrap()
}

/// Books and books until it is killed, and has the projection built anew again and again.
#[expect(clippy::print_stderr, reason = "it tells the process that kills it")]
async fn work(folder: &Path) {
    let store = EmbeddedEventStore::open(folder).await.unwrap();
    let aether = running(&store).await;
    drop(tokio::spawn({
        let aether = aether.clone();
        async move {
            loop {
                let rebuild = aether.rebuild::<Totals>().await.unwrap();
                rebuild.await.unwrap();
            }
        }
    }));
    for account in ["a", "b", "c"].iter().cycle() {
        let sent = aether.send(book(account, 1)).wait_for::<Totals>();
        let sent = sent.await.unwrap();
        eprintln!("answered {}", sent.position.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_a_projection_equals_what_the_log_says() {
    if let Ok(folder) = env::var(FOLDER) {
        return work(folder.as_ref()).await;
    }
    let test = "projections_killed::killed_again_and_again_a_projection_equals_what_the_log_says";
    let folder = tempfile::tempdir().unwrap();
    let (mut dice, mut done, mut kept) = (Dice::new(5), 0, 0);
    for _ in 0..6 {
        let wanted = done + 30 + dice.roll(60);
        let answered = kill_after(start(test, folder.path()), wanted);
        let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
        let found = projections::kept(&store).await.unwrap();
        kept += found
            .iter()
            .filter(|it| it.position > Position::START)
            .count();
        let log = store.log(Position::START).await.unwrap();
        assert!(log.len() as u64 >= answered, "{} of {answered}", log.len());
        let mut expected = Totals::default();
        for event in log.iter().flat_map(|it| it.commit.events()) {
            let cents = event.data.decode::<Booked>().unwrap().cents;
            expected.cents += cents;
            expected.bookings += 1;
            *expected.of.entry(event.actor_id.to_string()).or_default() += cents;
        }
        let aether = running(&store).await;
        assert_eq!(*aether.read::<Totals>().await.unwrap(), expected);
        aether.shutdown().await;
        done = log.len() as u64;
    }
    assert!(kept > 0, "nothing was ever kept before the kill");
}

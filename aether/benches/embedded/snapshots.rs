//! Loads one long actor with and without a snapshot, in turns, in one process.

#![expect(clippy::indexing_slicing, reason = "there are as many times as rounds")]

use std::{
    path::Path,
    time::{Duration, Instant},
};

use aether::{
    ActorId, Aether, Commit, EmbeddedEventStore, EventStore as _, prelude::*,
    runtime::SnapshotPolicy,
};

const EVENTS: u64 = 10_000;
const ROUNDS: usize = 21;

/// Something was counted.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counted {
    by: u64,
    note: String,
}

#[derive(Aggregate, Debug, Default, Serialize, Deserialize)]
#[aggregate(name = "Counter", event = Counted, snapshot)]
pub(crate) struct Kept {
    total: u64,
}

#[handlers]
impl Kept {
    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.total += event.by;
    }
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(name = "Counter", event = Counted)]
pub(crate) struct Folded {
    total: u64,
}

#[handlers]
impl Folded {
    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.total += event.by;
    }
}

bounded_context! {
    /// Counts, and keeps what it has counted.
    pub(crate) Keeping { aggregates: [Kept] }
}

/// Prints the medians and their ratio. The snapshot lies 50 events back.
pub(crate) async fn loads(folder: &Path) {
    let store = EmbeddedEventStore::open(folder).await.unwrap();
    fill(&store, 1, EVENTS - 50).await;
    let aether = Aether::builder().store(store.clone());
    let aether = aether.context::<Keeping>().start().await.unwrap();
    aether.load::<Kept>("a").await.unwrap();
    aether.settled().await.unwrap();
    fill(&store, EVENTS - 49, EVENTS).await;
    let aether = Aether::builder()
        .store(store)
        .snapshots(SnapshotPolicy::never());
    let aether = aether.context::<Keeping>().start().await.unwrap();
    let (mut kept, mut folded) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        assert_eq!(aether.load::<Kept>("a").await.unwrap().total, EVENTS);
        kept.push(start.elapsed());
        let start = Instant::now();
        assert_eq!(aether.load::<Folded>("a").await.unwrap().total, EVENTS);
        folded.push(start.elapsed());
    }
    assert_eq!(aether.snapshots().used, ROUNDS as u64);
    let (kept, folded) = (median(kept), median(folded));
    println!(
        "load of {EVENTS} events: {folded:?} from the first event, {kept:?} from a snapshot 50 \
         events back, ratio {:.0}",
        folded.as_secs_f64() / kept.as_secs_f64()
    );
    aether.shutdown().await;
}

/// Events of about 500 bytes, ten in a commit.
async fn fill(store: &EmbeddedEventStore, first: u64, last: u64) {
    let actor = ActorId::of("Counter", "a").unwrap();
    let versions: Vec<u64> = (first..=last).collect();
    for ten in versions.chunks(10) {
        let events = ten.iter().map(|version| {
            let note = "x".repeat(170);
            let event = Counted { by: 1, note };
            event.record(actor.clone(), (*version).into()).unwrap()
        });
        store.append(Commit::new(events).unwrap()).await.unwrap();
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

//! What leaves memory, when, and what becomes of it.

use std::{num::NonZeroU64, time::Duration};

use aether::{
    ActorId, EventStore as _, Store, Version,
    runtime::{ActorOptions, Aether, SnapshotPolicy},
};
use futures_util::future::join_all;

use super::{builder, running, watched};
use crate::{
    meters::{Gauging, Meter, measure},
    metrics::Ledger,
    watched_store::WatchedStore,
};

async fn keeping(store: &WatchedStore, options: ActorOptions, policy: SnapshotPolicy) -> Aether {
    let builder = builder(store.clone(), options).snapshots(policy);
    builder.context::<Gauging>().start().await.unwrap()
}

async fn snapshot_of(store: &impl Store, key: &str) -> Option<Version> {
    let actor = ActorId::of("Meter", key).unwrap();
    let kept = store.snapshot(&actor).await.unwrap();
    kept.map(|snapshot| snapshot.version)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_actors_go_in_and_out_of_a_small_memory_and_none_is_mistaken() {
    let store = watched();
    let aether = running(store.clone(), ActorOptions::new().count(8)).await;
    let sends = (0..3_000_u64).map(|number| {
        let aether = aether.clone();
        tokio::spawn(async move {
            let key = (number % 100).to_string();
            aether.send(measure(&key, number + 1)).await.unwrap();
        })
    });
    for send in join_all(sends).await {
        send.unwrap();
    }
    for key in 0..100_u64 {
        let loaded = aether.load::<Meter>(key).await.unwrap();
        let total = (0..30).map(|round| round * 100 + key + 1).sum::<u64>();
        assert_eq!((loaded.total, loaded.count), (total, 30), "{key}");
    }
    for key in 0..20 {
        aether.send(measure(&key.to_string(), 1)).await.unwrap();
    }
    assert!(aether.actors().cells <= 8, "{:?}", aether.actors());
}

#[tokio::test]
async fn what_is_in_memory_is_measured() {
    let ledger = Ledger::default();
    let guard = metrics::set_default_local_recorder(&ledger);
    let idle = Duration::from_secs(1);
    let aether = running(watched(), ActorOptions::new().idle(idle)).await;
    drop(guard);
    for key in 0..7 {
        aether.send(measure(&key.to_string(), 1)).await.unwrap();
    }
    ledger.comes_to("aether_actors", 7.0).await;
    assert!(ledger.last("aether_actors_bytes") > 0.0);
    ledger.comes_to("aether_actors", 0.0).await;
}

#[tokio::test]
async fn no_more_is_kept_than_may_be_by_weight() {
    let store = watched();
    let options = ActorOptions::new().bytes(200_000);
    let heavy = |meter: &Meter| usize::try_from(meter.total).unwrap();
    let aether = builder(store.clone(), options)
        .weight_of(heavy)
        .context::<Gauging>();
    let aether = aether.start().await.unwrap();
    for key in 0..500 {
        aether.send(measure(&key.to_string(), 2_000)).await.unwrap();
        let status = aether.actors();
        assert!(status.bytes <= 200_000 + 3_000, "{status:?}");
    }
    assert!(aether.actors().cells < 100, "{:?}", aether.actors());
    // One that is too heavy by itself is not kept, and takes no other's place.
    let before = aether.actors().cells;
    aether.send(measure("heavy", 100_000)).await.unwrap();
    assert!(aether.actors().cells >= before, "{:?}", aether.actors());
    store.seen.take();
    aether.send(measure("heavy", 1)).await.unwrap();
    assert_eq!(store.seen.take().0, 1, "it was loaded");
}

#[tokio::test]
async fn an_actor_that_is_sent_to_often_stays_while_many_others_come_and_go() {
    let store = watched();
    let aether = running(store.clone(), ActorOptions::new().count(20)).await;
    for key in 0..500 {
        aether.send(measure("often", 1)).await.unwrap();
        aether.send(measure(&key.to_string(), 1)).await.unwrap();
        if key == 50 {
            store.seen.take();
        }
    }
    let (reads, ..) = store.seen.take();
    assert!(
        reads <= 450,
        "it was loaded again: {reads} loads of 449 others"
    );
}

#[tokio::test(start_paused = true)]
async fn an_actor_nobody_sends_to_leaves_memory_after_a_while() {
    let store = watched();
    let idle = Duration::from_secs(40);
    let options = ActorOptions::new().idle(idle);
    let policy = SnapshotPolicy::never().or_passivated();
    let aether = keeping(&store, options, policy).await;
    aether.send(measure("a", 1)).await.unwrap();
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_secs(8)).await;
        aether.send(measure("b", 1)).await.unwrap();
    }
    assert_eq!(aether.actors().cells, 1, "only `b` was sent to of late");
    aether.settled().await.unwrap();
    assert_eq!(snapshot_of(&store, "a").await, Some(Version::FIRST));
    assert_eq!(snapshot_of(&store, "b").await, None);
    tokio::time::sleep(2 * idle).await;
    assert_eq!(aether.actors().cells, 0);
}

/// Others are sent to as often, one after another.
async fn others(aether: &Aether) {
    for key in 0..50 {
        for _ in 0..4 {
            aether.send(measure(&key.to_string(), 1)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_actor_that_is_driven_out_leaves_a_snapshot_from_which_the_next_goes_on() {
    let store = watched();
    let policy = SnapshotPolicy::never().or_passivated();
    let aether = keeping(&store, ActorOptions::new().count(2), policy).await;
    for _ in 0..30 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    others(&aether).await;
    aether.settled().await.unwrap();
    assert_eq!(snapshot_of(&store, "a").await, Some(Version::new(30)));
    store.seen.take();
    let sent = aether.send(measure("a", 1)).await.unwrap();
    assert_eq!(sent.version, Version::new(31));
    assert_eq!(store.seen.take(), (1, 1, 1), "the last commit in it");
    // It has gone on, and leaves again.
    others(&aether).await;
    aether.settled().await.unwrap();
    assert_eq!(snapshot_of(&store, "a").await, Some(Version::new(31)));
}

#[tokio::test]
async fn a_snapshot_that_hangs_delays_nobody_who_drives_out_others() {
    let store = watched();
    let policy = SnapshotPolicy::never().or_passivated();
    let aether = keeping(&store, ActorOptions::new().count(2), policy).await;
    let held = store.seen.hold.write().await;
    for key in 0..1_000 {
        aether.send(measure(&key.to_string(), 1)).await.unwrap();
    }
    let status = aether.snapshots();
    assert_eq!(status.saved, 0);
    assert!(status.waiting <= 257 && status.dropped > 700, "{status:?}");
    drop(held);
    aether.settled().await.unwrap();
    let status = aether.snapshots();
    assert_eq!(
        (status.saved, status.failed),
        (1_000 - 2 - status.dropped, 0)
    );
}

#[tokio::test]
async fn at_shutdown_those_in_memory_are_kept_if_that_was_chosen() {
    let every = SnapshotPolicy::every(NonZeroU64::new(100).unwrap());
    for (policy, kept) in [(every, None), (every.or_shut_down(), Some(Version::new(7)))] {
        let store = watched();
        let aether = keeping(&store, ActorOptions::new(), policy).await;
        for _ in 0..7 {
            for key in 0..300 {
                aether.send(measure(&key.to_string(), 1)).await.unwrap();
            }
        }
        aether.shutdown().await;
        for key in [0, 150, 299] {
            assert_eq!(snapshot_of(&store, &key.to_string()).await, kept);
        }
        assert_eq!(aether.actors().cells, 0);
        assert!(store.head().await.unwrap().as_u64() > 0);
    }
}

#[tokio::test]
async fn an_actor_in_memory_is_kept_every_so_many_events_as_any_other() {
    let store = watched();
    let every = SnapshotPolicy::every(NonZeroU64::new(10).unwrap());
    let aether = keeping(&store, ActorOptions::new(), every).await;
    for _ in 0..35 {
        aether.send(measure("a", 1)).await.unwrap();
        aether.settled().await.unwrap();
    }
    assert_eq!(aether.snapshots().saved, 3);
    assert_eq!(snapshot_of(&store, "a").await, Some(Version::new(30)));
}

//! What a receiver knows of who sends it commands, and what is still searched for.

use std::sync::{Arc, atomic::Ordering};

use aether::{
    ActorId, ActorSnapshot, CheckpointStore as _, CommandId, Commit, DynEventStore,
    EmbeddedEventStore, Event, EventStoreExt as _, InMemoryEventStore, Namespace, Position,
    Sequence, SessionMark, Sessions, SnapshotStore as _, Store, Version,
    domain::EventSet as _,
    runtime::{ActorOptions, Aether, SnapshotPolicy},
    store::{
        jetstream::JetStreamOptions,
        transfer::{Export, ExportOptions, Import},
    },
};
use aether_tests::harness::NatsServer;

use crate::{
    meters::{Bell, Measured, Meter, Metering, Rang, Ring},
    shop::{Hall, SEATS, running_on},
    unreliable_store::UnreliableStore,
    watched_store::WatchedStore,
};

const SESSION: &str = "policy/CountRings";

async fn running(store: impl Store, options: ActorOptions) -> Aether {
    let every = SnapshotPolicy::every(std::num::NonZeroU64::new(50).unwrap());
    let builder = Aether::builder().store(store).actors(options);
    let builder = builder.snapshots(every).context::<Metering>();
    builder.start().await.unwrap()
}

fn forgetful(inner: impl Store) -> WatchedStore {
    let store = WatchedStore::over(inner);
    store.seen.no_checkpoints.store(true, Ordering::SeqCst);
    store
}

fn rings() -> ActorId {
    ActorId::of("Meter", "rings").unwrap()
}

async fn ring(aether: &Aether, times: u64) {
    for _ in 0..times {
        let bell = "b".to_owned();
        aether.send(Ring { bell }).await.unwrap();
    }
}

/// How often was rung, and how often that was counted.
async fn counted(aether: &Aether) -> (u64, u64) {
    aether.settled().await.unwrap();
    let rung = aether.load::<Bell>("b").await.unwrap().version().as_u64();
    let counted = aether.load::<Meter>("rings").await.unwrap();
    assert_eq!(counted.total, counted.version().as_u64());
    (rung, counted.total)
}

fn mark(position: u64) -> SessionMark {
    SessionMark {
        session: SESSION.into(),
        sequence: Sequence {
            position: Position::new(position),
            event: 0,
            number: 0,
        },
    }
}

/// Stores that the rings were measured once more.
async fn measured(store: &impl Store, change: impl FnOnce(Commit) -> Commit) {
    let version = store.version(&rings()).await.unwrap().next();
    let event = Measured { by: 1 }.record(rings(), version).unwrap();
    let commit = change(Commit::new([event]).unwrap());
    store.append(commit).await.unwrap();
}

#[tokio::test]
async fn a_command_of_a_policy_has_a_place_and_is_searched_for_nowhere() {
    let store = WatchedStore::over(InMemoryEventStore::new());
    let aether = running(store.clone(), ActorOptions::new()).await;
    ring(&aether, 200).await;
    assert_eq!(counted(&aether).await, (200, 200));
    let log = store.log(Position::START).await.unwrap();
    let first = log.iter().find(|it| it.commit.actor_id() == &rings());
    let caused_by = log.first().unwrap().position.as_u64();
    let found = first.unwrap().commit.session().map(Arc::as_ref);
    assert_eq!(found, Some(&mark(caused_by)));
    assert_eq!(store.seen.commits_back.load(Ordering::SeqCst), 0);
    let (_, commits, _) = store.seen.take();
    // Besides what this test has loaded, and the beginnings.
    assert!(commits <= 200 + 51, "{commits}");
}

#[tokio::test]
async fn an_actor_that_is_loaded_for_a_policy_goes_on_from_its_snapshot() {
    let store = WatchedStore::over(InMemoryEventStore::new());
    let aether = running(store.clone(), ActorOptions::uncached()).await;
    ring(&aether, 200).await;
    assert_eq!(counted(&aether).await, (200, 200));
    store.seen.take();
    ring(&aether, 1).await;
    aether.settled().await.unwrap();
    let (_, commits, _) = store.seen.take();
    assert!(commits <= 200 + 51, "a bell keeps no snapshots: {commits}");
    assert_eq!(store.seen.commits_back.load(Ordering::SeqCst), 0);
}

/// Every command of the policy comes again, each time from the first on.
async fn all_over_again(store: impl Store, options: ActorOptions) {
    let store = forgetful(store);
    for round in 1..=3 {
        let aether = running(store.clone(), options).await;
        ring(&aether, 120).await;
        assert_eq!(counted(&aether).await, (round * 120, round * 120));
        aether.shutdown().await;
    }
    let aether = running(store.clone(), options).await;
    store.seen.commits_back.store(0, Ordering::SeqCst);
    assert_eq!(counted(&aether).await, (360, 360));
    let back = store.seen.commits_back.load(Ordering::SeqCst);
    if options == ActorOptions::new() {
        assert!((1..=360).contains(&back), "they were read once: {back}");
    }
    aether.shutdown().await;
}

#[tokio::test]
async fn what_was_done_is_found_however_often_all_of_it_is_sent_again() {
    all_over_again(InMemoryEventStore::new(), ActorOptions::new()).await;
    all_over_again(InMemoryEventStore::new(), ActorOptions::uncached()).await;
}

#[tokio::test]
async fn what_was_done_is_found_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedEventStore::open(folder.path()).await.unwrap();
    all_over_again(store, ActorOptions::new()).await;
}

#[tokio::test]
async fn what_was_done_is_found_on_a_server() {
    let server = NatsServer::shared().await;
    let name = format!("sessions {}", std::process::id());
    let options = JetStreamOptions::new().namespace(Namespace::new(name).unwrap());
    let store = options.connect(&server.url()).await.unwrap();
    all_over_again(store, ActorOptions::new()).await;
}

#[tokio::test]
async fn what_was_passed_over_is_carried_out_though_later_ones_were() {
    let store = WatchedStore::over(InMemoryEventStore::new());
    let rang = Rang {}.record(ActorId::of("Bell", "b").unwrap(), Version::FIRST);
    store.save(rang.unwrap()).await.unwrap();
    measured(&store, |commit| {
        let other = CommandId::derived(CommandId::new().as_uuid(), "CountRings/0");
        commit.caused_by(other).marked(mark(1_000))
    })
    .await;
    let aether = running(store.clone(), ActorOptions::new()).await;
    assert_eq!(counted(&aether).await, (1, 2));
    assert_eq!(
        store.seen.commits_back.load(Ordering::SeqCst),
        1,
        "it was searched for"
    );
}

#[tokio::test]
async fn what_was_done_last_is_found_in_what_is_loaded_anyway() {
    let store = WatchedStore::over(InMemoryEventStore::new());
    let rang = Rang {}.record(ActorId::of("Bell", "b").unwrap(), Version::FIRST);
    let rang = rang.unwrap();
    let id = CommandId::derived(rang.id.as_uuid(), "CountRings/0");
    store.save(rang).await.unwrap();
    measured(&store, |commit| commit.caused_by(id).marked(mark(1))).await;
    let aether = running(store.clone(), ActorOptions::new()).await;
    assert_eq!(counted(&aether).await, (1, 1));
    assert_eq!(store.seen.commits_back.load(Ordering::SeqCst), 0);
    store.seen.take();
    ring(&aether, 1).await;
    aether.settled().await.unwrap();
    let (reads, _, _) = store.seen.take();
    assert_eq!(reads, 1, "of the bell: the meter is in memory");
}

#[tokio::test]
async fn what_a_build_without_sessions_has_stored_is_found() {
    let store = WatchedStore::over(InMemoryEventStore::new());
    let bell = ActorId::of("Bell", "b").unwrap();
    for version in 1..=3_u64 {
        let rang = Rang {}.record(bell.clone(), version.into()).unwrap();
        let id = CommandId::derived(rang.id.as_uuid(), "CountRings/0");
        store.save(rang).await.unwrap();
        measured(&store, |commit| commit.caused_by(id)).await;
    }
    let aether = running(store.clone(), ActorOptions::new()).await;
    assert_eq!(counted(&aether).await, (3, 3));
    ring(&aether, 5).await;
    assert_eq!(counted(&aether).await, (8, 8));
}

async fn mark_at(store: &impl Store, version: u64) -> SessionMark {
    let page = store
        .read(&rings(), Version::new(version - 1))
        .await
        .unwrap();
    let mark = page.commits.first().unwrap().commit.session().unwrap();
    mark.as_ref().clone()
}

#[tokio::test]
async fn a_snapshot_says_what_is_known_and_one_that_does_not_makes_it_be_searched_for() {
    let inner = InMemoryEventStore::new();
    let store = forgetful(inner.clone());
    let aether = running(store.clone(), ActorOptions::new()).await;
    ring(&aether, 120).await;
    assert_eq!(counted(&aether).await, (120, 120));
    aether.shutdown().await;
    let good = store.snapshot(&rings()).await.unwrap().unwrap();
    assert_eq!(good.version, Version::new(100));
    assert!(!good.sessions.is_new(&mark_at(&inner, 100).await));
    assert!(good.sessions.is_new(&mark_at(&inner, 101).await));

    let sessions = Sessions::unknown_until(good.last_commit.position);
    let other = ActorSnapshot {
        schema_hash: !good.schema_hash,
        ..good.clone()
    };
    store.save_snapshot(other).await.unwrap();
    let unknowing = ActorSnapshot { sessions, ..good };
    store.save_snapshot(unknowing).await.unwrap();
    let aether = running(store.clone(), ActorOptions::new()).await;
    assert_eq!(counted(&aether).await, (120, 120));
}

#[tokio::test]
async fn in_a_log_that_was_copied_what_was_done_is_found_though_places_are_others() {
    let from = InMemoryEventStore::new();
    let aether = running(from.clone(), ActorOptions::new()).await;
    ring(&aether, 50).await;
    assert_eq!(counted(&aether).await, (50, 50));
    aether.shutdown().await;

    let to = DynEventStore::new(InMemoryEventStore::new());
    let mut export = Export::begin(&from, ExportOptions::new()).await.unwrap();
    let mut import = Import::new(&to);
    while let Some(lines) = export.next().await.unwrap() {
        for line in lines
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            import.take(line).await.unwrap();
        }
    }
    import.finish().unwrap();
    let marked = to.log(Position::START).await.unwrap();
    assert_eq!(marked.len(), 100);
    assert!(marked.iter().all(|it| it.commit.session().is_none()));
    let aether = running(to, ActorOptions::new()).await;
    assert_eq!(counted(&aether).await, (50, 50));
    ring(&aether, 5).await;
    assert_eq!(counted(&aether).await, (55, 55));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_policies_of_one_name_in_two_processes_count_each_ring_once() {
    let store = forgetful(InMemoryEventStore::new());
    let one = running(store.clone(), ActorOptions::new()).await;
    let two = running(store.clone(), ActorOptions::new()).await;
    for _ in 0..50 {
        ring(&one, 1).await;
        ring(&two, 1).await;
    }
    assert_eq!(counted(&one).await, (100, 100));
    assert_eq!(counted(&two).await, (100, 100));
}

#[tokio::test]
async fn how_far_a_policy_has_come_is_kept_at_once_if_a_command_left_nothing() {
    let store = UnreliableStore::default();
    for (name, price) in [("a", SEATS + 1), ("b", 1)] {
        let bought = serde_json::json!({ "ticket": name, "price": price });
        let event = Event::new(format!("Ticket.{name}"), 1, "TicketBought", &bought);
        store.inner_append(event.unwrap()).await;
    }
    let held = store.faults().hold.write().await;
    let aether = running_on(store.clone()).await;
    // The second of the two events waits to be carried out, and the policy is never idle.
    let kept = async {
        while store
            .checkpoint("policy/CountSeatWhenBought")
            .await
            .unwrap()
            .position
            < Position::new(1)
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), kept)
        .await
        .unwrap();
    drop(held);
    aether.settled().await.unwrap();
    assert_eq!(aether.load::<Hall>("1").await.unwrap().seats, 1);
}

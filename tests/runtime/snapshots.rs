//! What the runtime does with snapshots, and what it does not do because of them.

use std::{
    num::NonZeroU64,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use aether::{
    ActorId, ActorSnapshot, Clock, CommandId, Commit, EmbeddedEventStore, InMemoryEventStore,
    Namespace, Payload, SnapshotStore as _, Store, Timestamp, Version,
    domain::{BoundedContext, EventSet as _},
    runtime::{
        ActorOptions, Aether, AetherBuilder, Finding, Reading, SnapshotPolicy, verify_actor,
        verify_context,
    },
    store::jetstream::JetStreamOptions,
};
use aether_tests::harness::{NatsCluster, NatsServer};
use futures_util::{Stream, StreamExt as _};

use crate::{
    meters::{Bell, Gauging, Measured, Meter, Metering, Ring, later, measure, opaque},
    watched_store::WatchedStore,
};

fn every(events: u64) -> SnapshotPolicy {
    SnapshotPolicy::every(NonZeroU64::new(events).unwrap())
}

/// Each command loads its actor, so that it shows what it goes on from.
fn builder(store: impl Store) -> AetherBuilder {
    let actors = ActorOptions::uncached();
    let builder = Aether::builder().store(store).actors(actors);
    builder.snapshots(every(10))
}

async fn running(store: impl Store) -> Aether {
    running_as::<Metering>(store).await
}

async fn running_as<C: BoundedContext>(store: impl Store) -> Aether {
    builder(store).context::<C>().start().await.unwrap()
}

fn watched() -> WatchedStore {
    WatchedStore::over(InMemoryEventStore::new())
}

fn meter(key: &str) -> ActorId {
    ActorId::of("Meter", key).unwrap()
}

/// Stores so many events of a meter, past any runtime.
async fn fill(store: &impl Store, key: &str, events: std::ops::RangeInclusive<u64>) {
    for version in events {
        let event = Measured { by: 1 }.record(meter(key), version.into());
        let commit = Commit::new([event.unwrap()]).unwrap();
        store.append(commit).await.unwrap();
    }
}

async fn measure_times(aether: &Aether, key: &str, times: u64) {
    for _ in 0..times {
        aether.send(measure(key, 1)).await.unwrap();
        aether.settled().await.unwrap();
    }
}

#[tokio::test]
async fn a_snapshot_is_taken_every_so_many_events_and_a_load_goes_on_from_it() {
    let store = watched();
    let aether = running(store.clone()).await;
    measure_times(&aether, "a", 25).await;
    assert_eq!(aether.snapshots().saved, 2);
    let kept = store.snapshot(&meter("a")).await.unwrap().unwrap();
    assert_eq!(kept.version, Version::new(20));
    store.seen.take();
    let loaded = aether.load::<Meter>("a").await.unwrap();
    assert_eq!((loaded.total, loaded.version()), (25, Version::new(25)));
    let (reads, commits, lookups) = store.seen.take();
    assert_eq!(
        (lookups, reads, commits),
        (1, 1, 6),
        "the tail, and the commit before it"
    );
}

#[tokio::test]
async fn a_command_without_an_id_of_its_callers_is_decided_from_snapshot_and_tail() {
    let store = watched();
    let aether = running(store.clone()).await;
    measure_times(&aether, "a", 25).await;
    store.seen.take();
    let sent = aether.send(measure("a", 5)).await.unwrap();
    assert_eq!(sent.version, Version::new(26));
    assert_eq!(store.seen.take(), (1, 6, 1));
    assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 30);
}

#[tokio::test]
async fn a_command_whose_id_is_known_is_found_however_long_ago_it_was() {
    let store = watched();
    let aether = running(store.clone()).await;
    let id = CommandId::new();
    let first = aether.send(measure("a", 7)).with_id(id).await.unwrap();
    measure_times(&aether, "a", 60).await;
    assert!(aether.snapshots().saved > 4);
    let again = aether.send(measure("a", 7)).with_id(id).await.unwrap();
    assert!(again.repeated);
    assert_eq!(again.events(), first.events());
    assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 67);
}

#[tokio::test]
async fn what_a_policy_asked_for_once_is_not_done_again_however_long_ago_it_was() {
    let store = watched();
    store.seen.no_checkpoints.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        let aether = running(store.clone()).await;
        aether.settled().await.unwrap();
        for _ in 0..20 {
            let bell = "b".to_owned();
            aether.send(Ring { bell }).await.unwrap();
            aether.settled().await.unwrap();
        }
        let rings = aether.load::<Bell>("b").await.unwrap().version();
        let counted = aether.load::<Meter>("rings").await.unwrap();
        assert_eq!(counted.version(), rings, "each ring is counted once");
        assert!(
            aether.snapshots().saved >= 2,
            "also a policy's commands lead to snapshots"
        );
        aether.shutdown().await;
    }
}

#[tokio::test]
async fn a_save_that_hangs_or_fails_neither_delays_nor_fails_a_command() {
    let store = watched();
    let aether = running(store.clone()).await;
    let held = store.seen.hold.write().await;
    for _ in 0..45 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    assert!(aether.snapshots().waiting > 0);
    assert_eq!(aether.snapshots().saved, 0);
    drop(held);
    aether.settled().await.unwrap();
    let status = aether.snapshots();
    assert!(status.saved > 0 && status.superseded > 0, "{status:?}");
    let kept = store.snapshot(&meter("a")).await.unwrap().unwrap();
    assert!(
        kept.version > Version::new(20),
        "the latest wins: {}",
        kept.version
    );

    store.seen.no_snapshots.store(true, Ordering::SeqCst);
    measure_times(&aether, "a", 25).await;
    let status = aether.snapshots();
    assert!(status.failed > 0 && status.unavailable >= 25, "{status:?}");
    assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 70);
}

#[tokio::test]
async fn more_actors_than_there_is_room_for_are_dropped_and_counted() {
    let store = watched();
    let aether = builder(store.clone())
        .snapshots(every(1))
        .context::<Metering>()
        .start()
        .await
        .unwrap();
    let held = store.seen.hold.write().await;
    for number in 0..300 {
        aether.send(measure(&number.to_string(), 1)).await.unwrap();
    }
    let status = aether.snapshots();
    assert!(status.waiting <= 257, "{status:?}");
    assert!(status.dropped >= 43, "{status:?}");
    drop(held);
    aether.settled().await.unwrap();
    let status = aether.snapshots();
    assert_eq!(status.saved + status.dropped, 300, "{status:?}");
}

#[tokio::test]
async fn shutdown_saves_what_waits() {
    let store = watched();
    let aether = running(store.clone()).await;
    let held = store.seen.hold.write().await;
    for key in ["a", "b", "c"] {
        for _ in 0..10 {
            aether.send(measure(key, 1)).await.unwrap();
        }
    }
    let ending = tokio::join!(aether.shutdown(), async { drop(held) });
    assert_eq!(ending, ((), ()));
    for key in ["a", "b", "c"] {
        let kept = store.snapshot(&meter(key)).await.unwrap().unwrap();
        assert_eq!(kept.version, Version::new(10), "{key}");
    }
}

#[tokio::test]
async fn each_aggregate_has_the_policy_that_is_given_to_it() {
    let store = InMemoryEventStore::new();
    let never = builder(store.clone())
        .snapshots_of::<Meter>(SnapshotPolicy::never())
        .context::<Metering>();
    let aether = never.start().await.unwrap();
    measure_times(&aether, "a", 50).await;
    assert_eq!(aether.snapshots().saved, 0);
    let slow = SnapshotPolicy::never().or_slower_than(Duration::ZERO);
    let slow = builder(store.clone()).snapshots_of::<Meter>(slow);
    let aether = slow.context::<Metering>().start().await.unwrap();
    aether.load::<Meter>("a").await.unwrap();
    aether.settled().await.unwrap();
    let kept = store.snapshot(&meter("a")).await.unwrap().unwrap();
    assert_eq!(
        kept.version,
        Version::new(50),
        "reading the tail took some time"
    );
    aether.load::<Meter>("a").await.unwrap();
    aether.settled().await.unwrap();
    assert_eq!(aether.snapshots().saved, 1, "there was no tail");
}

/// A snapshot of meter `a` at version 20, which has 25 events.
async fn with_snapshot(store: &WatchedStore) -> ActorSnapshot {
    let aether = running(store.clone()).await;
    measure_times(&aether, "a", 25).await;
    aether.shutdown().await;
    store.snapshot(&meter("a")).await.unwrap().unwrap()
}

/// Puts a snapshot in the place of whatever is there.
async fn plant(store: &impl Store, snapshot: &ActorSnapshot) {
    let other = ActorSnapshot {
        schema_hash: !snapshot.schema_hash,
        ..snapshot.clone()
    };
    store.save_snapshot(other).await.unwrap();
    store.save_snapshot(snapshot.clone()).await.unwrap();
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_read_is_left_aside_and_replaced() {
    let store = watched();
    let good = with_snapshot(&store).await;
    for state in [Payload::of(&"rubbish"), Payload::of(&[1]), Payload::of(&())] {
        let state = state.unwrap();
        plant(
            &store,
            &ActorSnapshot {
                state,
                ..good.clone()
            },
        )
        .await;
        let aether = running(store.clone()).await;
        assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 25);
        aether.settled().await.unwrap();
        let status = aether.snapshots();
        assert_eq!((status.unreadable, status.used, status.saved), (1, 0, 1));
        assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 25);
        assert_eq!(aether.snapshots().used, 1, "the new one");
    }
}

#[tokio::test]
async fn a_snapshot_ahead_of_a_restored_log_is_noticed_without_another_question() {
    let ahead = with_snapshot(&watched()).await;
    let restored = watched();
    fill(&restored, "a", 1..=12).await;
    plant(&restored, &ahead).await;
    let aether = running(restored.clone()).await;
    assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 12);
    let (reads, commits, lookups) = restored.seen.take();
    assert_eq!(
        (lookups, reads, commits),
        (1, 2, 12),
        "the tail, then the whole"
    );
    aether.settled().await.unwrap();
    let kept = restored.snapshot(&meter("a")).await.unwrap().unwrap();
    assert_eq!(
        kept.version,
        Version::new(12),
        "though the lost one was later"
    );
    let status = aether.snapshots();
    assert_eq!((status.not_in_log, status.used, status.saved), (1, 0, 1));
}

#[tokio::test]
async fn a_snapshot_of_another_course_of_events_is_noticed() {
    let other = with_snapshot(&watched()).await;
    let store = watched();
    fill(&store, "a", 1..=30).await;
    let state = Payload::of(&Meter {
        total: 1_000,
        count: 1,
    })
    .unwrap();
    plant(&store, &ActorSnapshot { state, ..other }).await;
    let aether = running(store.clone()).await;
    assert_eq!(
        aether.send(measure("a", 1)).await.unwrap().version,
        Version::new(31)
    );
    assert_eq!(aether.snapshots().not_in_log, 1);
    assert_eq!(aether.load::<Meter>("a").await.unwrap().total, 31);
}

/// A clock that stands still until it is moved.
#[derive(Debug, Clone)]
struct Still(Arc<Mutex<Timestamp>>);

impl Still {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Timestamp::UNIX_EPOCH)))
    }

    fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.after(by);
    }
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

#[tokio::test]
async fn two_builds_side_by_side_do_not_fight_over_the_place_of_a_snapshot() {
    let (store, clock) = (watched(), Still::new());
    let of = |store: &WatchedStore| builder(store.clone()).clock(clock.clone());
    let old = of(&store).context::<Metering>().start().await.unwrap();
    let new = of(&store)
        .context::<later::Metering>()
        .start()
        .await
        .unwrap();
    measure_times(&old, "a", 15).await;
    for _ in 0..50 {
        measure_times(&old, "a", 1).await;
        measure_times(&new, "a", 1).await;
        new.load::<later::Meter>("a").await.unwrap();
    }
    let (of_old, of_new) = (old.snapshots(), new.snapshots());
    assert_eq!(
        (of_old.saved, of_new.saved),
        (11, 0),
        "{of_old:?} {of_new:?}"
    );
    assert_eq!(of_new.other_schema, 100);
    assert_eq!(new.load::<later::Meter>("a").await.unwrap().total, 115);

    // The old build is gone.
    old.shutdown().await;
    clock.advance(Duration::from_secs(301));
    let loaded = new.load::<later::Meter>("a").await.unwrap();
    assert_eq!((loaded.total, loaded.largest), (115, 1));
    new.settled().await.unwrap();
    assert_eq!(new.snapshots().saved, 1, "the place changes hands");
    new.load::<later::Meter>("a").await.unwrap();
    assert_eq!(new.snapshots().used, 1);
}

#[tokio::test]
async fn a_state_that_cannot_be_looked_into_is_not_kept_and_that_is_said() {
    let store = watched();
    let aether = running_as::<opaque::Metering>(store.clone()).await;
    measure_times(&aether, "a", 30).await;
    let status = aether.snapshots();
    assert_eq!((status.saved, status.unseen.len()), (0, 1));
    assert_eq!(status.unseen[0].aggregate, "Meter");
    assert_eq!(status.unseen[0].places, ["note"]);
    assert_eq!(store.seen.take().2, 0, "nor is one asked for");
}

#[tokio::test]
async fn verifying_finds_a_snapshot_that_says_something_else_than_the_log() {
    let store = watched();
    let good = with_snapshot(&store).await;
    fill(&store, "b", 1..=1_500).await;
    let mut told = Vec::new();
    let verified = verify_context::<Metering>(&store, |finding| {
        if !matches!(finding, Finding::Progress { .. }) {
            told.push(format!("{finding:?}"));
        }
    });
    let verified = verified.await.unwrap();
    assert_eq!((verified.actors, verified.events), (2, 1_525));
    assert_eq!(
        (verified.snapshots, verified.differences),
        (1, 0),
        "{told:?}"
    );

    let state = Payload::of(&Meter {
        total: 21,
        count: 20,
    })
    .unwrap();
    plant(
        &store,
        &ActorSnapshot {
            state,
            ..good.clone()
        },
    )
    .await;
    let mut differences = Vec::new();
    let verified = verify_actor::<Meter>(&store, meter("a"), |finding| {
        if let Finding::Difference(difference) = finding {
            differences.push(difference);
        }
    });
    assert_eq!(verified.await.unwrap().differences, 2);
    let found: Vec<_> = differences
        .iter()
        .map(|it| (it.reading, it.version.as_u64(), it.places.join("; ")))
        .collect();
    let expected = [
        (Reading::Snapshot, 20, "state.total: 20, but 21".to_owned()),
        (
            Reading::SinceSnapshot(good.version),
            25,
            "state.total: 25, but 26".to_owned(),
        ),
    ];
    assert_eq!(found, expected);

    let id = uuid::Uuid::nil().into();
    let last_commit = aether::CommitRef {
        id,
        ..good.last_commit
    };
    plant(
        &store,
        &ActorSnapshot {
            last_commit,
            ..good
        },
    )
    .await;
    let mut reasons = Vec::new();
    let verified = verify_actor::<Meter>(&store, meter("a"), |finding| {
        if let Finding::LeftAside { reason, .. } = finding {
            reasons.push(reason);
        }
    });
    assert_eq!(verified.await.unwrap().left_aside, 1);
    assert_eq!(reasons, ["the log does not have its last commit"]);
}

/// Takes a snapshot of a long history, uses it, and verifies all of it.
async fn take_use_and_verify(store: impl Store) {
    let store = WatchedStore::over(store);
    fill(&store, "a", 1..=300).await;
    let aether = running(store.clone()).await;
    aether.load::<Meter>("a").await.unwrap();
    aether.settled().await.unwrap();
    assert_eq!(aether.snapshots().saved, 1);
    for _ in 0..5 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    store.seen.take();
    let loaded = aether.load::<Meter>("a").await.unwrap();
    assert_eq!((loaded.total, loaded.version()), (305, Version::new(305)));
    assert_eq!(store.seen.take(), (1, 6, 1));
    aether.settled().await.unwrap();
    aether.shutdown().await;
    let verified = verify_context::<Metering>(&store, |_| {}).await.unwrap();
    assert_eq!((verified.actors, verified.events), (1, 305));
    assert_eq!((verified.snapshots, verified.differences), (1, 0));
    assert_eq!((verified.left_aside, verified.unreadable), (0, 0));
}

#[tokio::test]
async fn a_snapshot_is_taken_used_and_verified_in_memory() {
    take_use_and_verify(InMemoryEventStore::new()).await;
}

#[tokio::test]
async fn a_snapshot_is_taken_used_and_verified_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    take_use_and_verify(EmbeddedEventStore::open(folder.path()).await.unwrap()).await;
}

fn namespace(name: &str) -> Namespace {
    Namespace::new(format!("snapshots {name} {}", std::process::id())).unwrap()
}

#[tokio::test]
async fn a_snapshot_is_taken_used_and_verified_on_a_server() {
    let server = NatsServer::shared().await;
    let options = JetStreamOptions::new().namespace(namespace("one"));
    take_use_and_verify(options.connect(&server.url()).await.unwrap()).await;
}

#[tokio::test]
async fn a_snapshot_is_taken_used_and_verified_on_a_cluster() {
    let cluster = NatsCluster::shared().await;
    let options = JetStreamOptions::new()
        .namespace(namespace("three"))
        .patience(Duration::from_secs(30))
        .replicas(3);
    let store = options.connect(&cluster.urls().join(",")).await.unwrap();
    take_use_and_verify(store).await;
}

/// What a fresh process asks a server: for the snapshot, and for what follows it.
#[tokio::test]
async fn a_load_from_a_snapshot_costs_two_questions_to_a_server_however_long_the_history_is() {
    let server = NatsServer::shared().await;
    let options = || JetStreamOptions::new().namespace(namespace("cold"));
    let store = options().connect(&server.url()).await.unwrap();
    fill(&store, "a", 1..=400).await;
    let aether = running(store.clone()).await;
    aether.load::<Meter>("a").await.unwrap();
    aether.settled().await.unwrap();
    fill(&store, "a", 401..=450).await;

    let client = async_nats::connect(server.url()).await.unwrap();
    let cold = options().open(client.clone()).await.unwrap();
    // The stream that snapshots are in is opened when it is first asked.
    cold.snapshot(&meter("other")).await.unwrap();
    let aether = builder(cold).snapshots(SnapshotPolicy::never());
    let aether = aether.context::<Gauging>().start().await.unwrap();
    let url = server.url();
    let mut questions = questions(&url).await;
    let loaded = aether.load::<Meter>("a").await.unwrap();
    client.publish(END, "".into()).await.unwrap();
    // Where the log ends is asked now and then by who watches it.
    let mine = |subject: &str| {
        let is_of_load = !subject.contains(".STREAM.INFO.");
        is_of_load && subject.contains("cold") && subject.contains(&process_id())
    };
    let mut asked = Vec::new();
    while let Some(subject) = questions.next().await.filter(|it| it != END) {
        if mine(&subject) {
            asked.push(subject);
        }
    }
    assert_eq!((loaded.total, asked.len()), (450, 2), "{asked:#?}");
}

/// Stands behind all questions of a connection.
const END: &str = "$JS.API.DIRECT.GET.end-of-the-questions";

/// What a server is asked from now on, by subject.
async fn questions(url: &str) -> impl Stream<Item = String> + Unpin {
    let client = async_nats::connect(url).await.unwrap();
    let mut questions = client.subscribe("$JS.API.>").await.unwrap();
    let begin = format!("$JS.API.DIRECT.GET.begin-{}", process_id());
    client.publish(begin.clone(), "".into()).await.unwrap();
    while questions.next().await.unwrap().subject.as_str() != begin {}
    questions.map(move |question| {
        // The client lives as long as whoever listens.
        let _ = &client;
        question.subject.to_string()
    })
}

fn process_id() -> String {
    std::process::id().to_string()
}

/// The log of a server that was restored, and went another way: the place that the snapshot
/// names is not the one it was.
#[tokio::test]
async fn a_place_that_a_snapshot_names_wrongly_misleads_no_read() {
    let server = NatsServer::shared().await;
    let options = || JetStreamOptions::new().namespace(namespace("astray"));
    let store = options().connect(&server.url()).await.unwrap();
    fill(&store, "b", 1..=10).await;
    fill(&store, "a", 1..=40).await;
    let aether = running(store.clone()).await;
    aether.load::<Meter>("a").await.unwrap();
    aether.settled().await.unwrap();
    let good = store.snapshot(&meter("a")).await.unwrap().unwrap();
    for (version, position) in [
        (40, 5),
        (30, 3),
        (30, 45),
        (39, 5_000),
        (60, 45),
        (60, 5_000),
    ] {
        let mut wrong = good.clone();
        wrong.version = Version::new(version);
        wrong.last_commit.expected = Version::new(version - 1);
        wrong.last_commit.position = aether::Position::new(position);
        plant(&store, &wrong).await;
        let cold = options().connect(&server.url()).await.unwrap();
        let aether = running(cold).await;
        let loaded = aether.load::<Meter>("a").await.unwrap();
        assert_eq!(loaded.total, 40, "{version} at {position}");
        assert_eq!(
            loaded.version(),
            Version::new(40),
            "{version} at {position}"
        );
        aether.send(measure("other", 1)).await.unwrap();
    }
}

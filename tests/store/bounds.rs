//! What is as long or as large as it may be, and what is more than that; clocks that go backwards;
//! servers that fall silent at every step of an opening.

use std::time::Duration;

use aether::{
    ActorId, ActorSnapshot, CheckpointStore as _, Commit, CommitId, CommitRef, EmbeddedEventStore,
    Event, EventStore, EventStoreExt as _, InMemoryEventStore, Namespace, Payload, Position,
    Sessions, SnapshotStore as _, StoreError, StoreErrorKind, Timestamp, Version,
    store::jetstream::JetStreamOptions,
};
use aether_tests::harness::{NatsServer, Proxy};
use futures_util::StreamExt as _;
use serde_json::json;

use crate::{fixture::options, openings::event};

/// The longest text of so many bytes, which is three times as long when it is encoded.
fn longest(bytes: usize, last: char) -> String {
    let mut text = "é".repeat(bytes / 2 - 1);
    text.push(last);
    text.push('x');
    assert!(text.len() <= bytes);
    text
}

#[tokio::test]
async fn the_longest_names_there_are_are_kept_apart_and_read_again() {
    let server = NatsServer::shared().await;
    let mut stores = Vec::new();
    for last in ['a', 'b'] {
        let namespace = Namespace::new(longest(Namespace::MAX_BYTES, last)).unwrap();
        let options = JetStreamOptions::new().namespace(namespace);
        stores.push(options.connect(&server.url()).await.unwrap());
    }
    let [a, b] = ['a', 'b'].map(|last| ActorId::new(longest(ActorId::MAX_BYTES, last)).unwrap());
    for store in &stores {
        for actor in [&a, &b] {
            let event = Event::new(actor, 1, "Counted", &json!(1)).unwrap();
            store.save(event.clone()).await.unwrap();
            assert_eq!(store.events(actor, Version::NONE).await.unwrap(), [event]);
            let snapshot = ActorSnapshot {
                sessions: Sessions::default(),
                actor_id: actor.clone(),
                version: Version::FIRST,
                last_commit: CommitRef {
                    id: CommitId::new(),
                    expected: Version::NONE,
                    position: Position::new(1),
                },
                state: Payload::of(&1).unwrap(),
                schema_hash: 1,
                timestamp: "2026-02-03T04:05:06Z".parse().unwrap(),
            };
            store.save_snapshot(snapshot.clone()).await.unwrap();
            assert_eq!(store.snapshot(actor).await.unwrap(), Some(snapshot));
        }
        let reader = longest(ActorId::MAX_BYTES, 'r');
        let reached = Position::new(2);
        store
            .save_checkpoint(&reader, reached.into())
            .await
            .unwrap();
        assert_eq!(store.checkpoint(&reader).await.unwrap().position, reached);
        assert_eq!(store.log(Position::START).await.unwrap().len(), 2);
    }
}

/// Names that are easily taken for each other.
const ALIKE: [&str; 9] = [
    "a.b", "a%2Eb", "a=2Eb", "a_b", "a-b", "A.b", "a", "a.>", "a.log.b",
];

#[tokio::test]
async fn namespaces_that_look_alike_see_nothing_of_each_other() {
    let server = NatsServer::start().await;
    let mut stores = Vec::new();
    for name in ALIKE {
        let options = JetStreamOptions::new().namespace(name.parse().unwrap());
        stores.push((name, options.connect(&server.url()).await.unwrap()));
    }
    for (name, store) in &stores {
        let event = Event::new("same", 1, "Named", &json!(name)).unwrap();
        store.save(event).await.unwrap();
        let snapshot = ActorSnapshot {
            sessions: Sessions::default(),
            actor_id: ActorId::new("same").unwrap(),
            version: Version::FIRST,
            last_commit: CommitRef {
                id: CommitId::new(),
                expected: Version::NONE,
                position: Position::new(1),
            },
            state: Payload::of(name).unwrap(),
            schema_hash: 1,
            timestamp: "2026-02-03T04:05:06Z".parse().unwrap(),
        };
        store.save_snapshot(snapshot).await.unwrap();
        let reached = Position::new(name.len() as u64);
        store.save_checkpoint("same", reached.into()).await.unwrap();
    }
    for (name, store) in &stores {
        let log = store.log(Position::START).await.unwrap();
        let data = log
            .iter()
            .map(|it| it.commit.events()[0].data.decode::<String>().unwrap());
        assert_eq!(data.collect::<Vec<_>>(), [*name]);
        let snapshot = store
            .snapshot(&ActorId::new("same").unwrap())
            .await
            .unwrap();
        assert_eq!(snapshot.unwrap().state.decode::<String>().unwrap(), *name);
        let reached = store.checkpoint("same").await.unwrap().position;
        assert_eq!(reached, Position::new(name.len() as u64));
    }
}

#[test]
fn what_no_store_could_carry_is_no_name() {
    let err = Namespace::new(longest(Namespace::MAX_BYTES + 2, 'x')).unwrap_err();
    assert_eq!(
        err.to_string(),
        "a namespace is 66 bytes long; at most 64 are allowed"
    );
    let err = ActorId::new(longest(ActorId::MAX_BYTES + 2, 'x')).unwrap_err();
    assert!(
        err.to_string()
            .ends_with("is 514 bytes long; at most 512 are allowed"),
        "{err}"
    );
    assert!(Namespace::new("").is_err() && ActorId::new("").is_err());
}

#[tokio::test]
async fn a_reader_whose_name_no_message_can_carry_is_refused_and_harms_nobody() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    let reader = "r".repeat(5_000);
    let saved = store
        .save_checkpoint(&reader, Position::new(1).into())
        .await;
    for err in [
        saved.unwrap_err(),
        store.checkpoint(&reader).await.unwrap_err(),
    ] {
        assert_eq!(err.kind(), StoreErrorKind::Invalid, "{err}");
        let said = "nothing was asked: the name of the reader is 5000 bytes long; at most 512";
        assert!(err.to_string().starts_with(said), "{err}");
    }
    store.save(event("a", 1)).await.unwrap();
}

/// Options that give up soon.
fn hasty() -> JetStreamOptions {
    let (attempt, patience) = (Duration::from_millis(300), Duration::from_millis(600));
    options().attempt_timeout(attempt).patience(patience)
}

fn large(version: u64) -> Commit {
    let data = json!("x".repeat(100_000));
    Commit::new([Event::new("large", version, "Grown", &data).unwrap()]).unwrap()
}

/// Appends until no more is stored, and then asserts that all that was is there.
async fn fill(store: &impl EventStore) -> StoreError {
    let mut version = 0;
    let err = loop {
        assert!(version < 100, "there was to be no room for so much");
        match store.append(large(version + 1)).await {
            Ok(_) => version += 1,
            Err(err) => break err,
        }
    };
    let actor = ActorId::new("large").unwrap();
    assert_eq!(store.version(&actor).await.unwrap(), Version::new(version));
    assert_eq!(
        store.log(Position::START).await.unwrap().len() as u64,
        version
    );
    assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{err}");
    assert!(err.to_string().starts_with("nothing was stored: "), "{err}");
    err
}

fn root_cause(err: &StoreError) -> String {
    let mut cause: &dyn std::error::Error = err;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[tokio::test]
async fn an_account_that_is_full_takes_nothing_and_loses_nothing() {
    let server = NatsServer::with(
        "jetstream { store_dir: \"STORE\" }\n\
         accounts { A {\n\
           jetstream { max_disk: 2MB, max_streams: 1 }\n\
           users: [ { user: app, password: pw } ]\n\
         } }",
    )
    .await;
    let url = server.url().replace("nats://", "nats://app:pw@");
    let store = hasty().connect(&url).await.unwrap();
    let err = fill(&store).await;
    assert!(
        root_cause(&err).contains("resource limits exceeded"),
        "{}",
        root_cause(&err)
    );
    // It may have one stream, and that is there.
    let err = hasty().connect(&url).await.err().unwrap();
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
    assert!(
        root_cause(&err).contains("maximum number of streams reached"),
        "{err:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_full_takes_nothing_and_loses_nothing() {
    let server = NatsServer::with("jetstream { store_dir: \"STORE\", max_file: 2MB }").await;
    let store = hasty().connect(&server.url()).await.unwrap();
    let err = fill(&store).await;
    assert!(
        root_cause(&err).contains("insufficient"),
        "{}",
        root_cause(&err)
    );
}

#[tokio::test]
async fn an_account_without_jetstream_is_refused() {
    let server = NatsServer::with(
        "jetstream { store_dir: \"STORE\" }\n\
         accounts { A { users: [ { user: app, password: pw } ] } }",
    )
    .await;
    let url = server.url().replace("nats://", "nats://app:pw@");
    let err = hasty().connect(&url).await.err().unwrap();
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
    assert!(
        err.to_string().ends_with("JetStream is not enabled"),
        "{err}"
    );
}

#[tokio::test]
async fn whenever_a_server_falls_silent_an_opening_ends_and_can_be_done_again() {
    let server = NatsServer::start().await;
    let options = hasty();
    let mut opened_after = None;
    for pieces in 0..12 {
        let proxy = Proxy::of(&server.url()).await;
        proxy.mute_after(pieces);
        // What was made before it fell silent is there the next time.
        match options.clone().connect(&proxy.url()).await {
            Ok(_) => {
                opened_after = Some(pieces);
                break;
            }
            Err(err) => assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{pieces}: {err}"),
        }
    }
    assert!(
        opened_after.is_some_and(|pieces| pieces > 2),
        "{opened_after:?}"
    );
    let store = options.connect(&server.url()).await.unwrap();
    store.save(event("a", 1)).await.unwrap();
}

/// Appends events of which each says that it happened before the last one.
async fn go_back_in_time(store: &impl EventStore) {
    let moments = [
        "2026-02-03T04:05:06Z",
        "1999-12-31T23:59:59Z",
        "1969-07-20T20:17:40Z",
    ];
    let mut written = Vec::new();
    for (moment, version) in moments.into_iter().zip(1..) {
        let moment: Timestamp = moment.parse().unwrap();
        let event = event("a", version).at(moment);
        store.save(event.clone()).await.unwrap();
        written.push(event);
    }
    let actor = ActorId::new("a").unwrap();
    assert_eq!(store.events(&actor, Version::NONE).await.unwrap(), written);
    let log = Box::pin(store.follow(Position::START));
    let followed = log.take(3).map(|it| it.unwrap().commit.events()[0].clone());
    assert_eq!(followed.collect::<Vec<_>>().await, written);
}

#[tokio::test]
async fn a_clock_that_goes_backwards_changes_neither_order_nor_times() {
    let server = NatsServer::shared().await;
    go_back_in_time(&InMemoryEventStore::default()).await;
    let folder = tempfile::tempdir().unwrap();
    go_back_in_time(&EmbeddedEventStore::open(folder.path()).await.unwrap()).await;
    go_back_in_time(&options().connect(&server.url()).await.unwrap()).await;
}

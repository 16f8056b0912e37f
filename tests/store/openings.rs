//! Streams and servers as a store finds them when it is opened: what is refused, what is accepted
//! by name, what is only reported.

use std::time::Duration;

use aether::{
    CheckpointStore as _, Durability, Event, EventStore, EventStoreExt as _, Position, StoreError,
    StoreErrorKind,
    store::jetstream::{Drift, JetStreamEventStore, JetStreamOptions, Risk, Storage},
};
use aether_tests::harness::NatsServer;
use async_nats::jetstream::{self, stream};
use futures_util::StreamExt as _;
use serde_json::json;

use crate::fixture::{fresh, options};

pub(crate) fn event(actor: &str, version: u64) -> Event {
    Event::new(actor, version, "Counted", &json!({ "n": version })).unwrap()
}

async fn context(server: &NatsServer) -> jetstream::Context {
    jetstream::new(async_nats::connect(server.url()).await.unwrap())
}

/// Makes the stream of a namespace before the store can: as the store would, but for a change.
async fn stream(server: &NatsServer, change: Change) -> JetStreamOptions {
    let namespace = format!("made-{}", fresh().as_str().replace([' ', '.'], "-"));
    let mut config = stream::Config {
        name: format!("aether-{namespace}"),
        subjects: vec![format!("aether.{namespace}.log.>")],
        discard: stream::DiscardPolicy::New,
        num_replicas: 1,
        allow_direct: true,
        allow_atomic_publish: true,
        deny_delete: true,
        deny_purge: true,
        ..stream::Config::default()
    };
    change(&mut config);
    context(server).await.create_stream(config).await.unwrap();
    JetStreamOptions::new().namespace(namespace.parse().unwrap())
}

type Change = fn(&mut stream::Config);

async fn open(options: &JetStreamOptions, server: &NatsServer) -> JetStreamEventStore {
    options.clone().connect(&server.url()).await.unwrap()
}

async fn refusal(options: &JetStreamOptions, server: &NatsServer) -> StoreError {
    match options.clone().connect(&server.url()).await {
        Ok(store) => panic!("{store:?} was opened"),
        Err(err) => err,
    }
}

fn settings(store: &JetStreamEventStore) -> Vec<&str> {
    store.drift().iter().map(Drift::setting).collect()
}

#[tokio::test]
async fn a_stream_that_the_store_made_has_not_drifted() {
    let server = NatsServer::shared().await;
    let options = options();
    assert_eq!(settings(&open(&options, &server).await), [""; 0]);
    assert_eq!(settings(&open(&options, &server).await), [""; 0]);
}

#[tokio::test]
async fn what_may_lose_events_is_refused_until_it_is_accepted_by_name() {
    let server = NatsServer::shared().await;
    let risks: [(Risk, &str, Change); 6] = [
        (Risk::MemoryStorage, "storage", |it| {
            it.storage = stream::StorageType::Memory;
        }),
        (Risk::Deletion, "deny_delete", |it| it.deny_delete = false),
        (Risk::Purge, "deny_purge", |it| it.deny_purge = false),
        (Risk::Rollup, "allow_rollup_hdrs", |it| {
            it.deny_purge = false;
            it.allow_rollup = true;
        }),
        (Risk::MessageTtl, "allow_msg_ttl", |it| {
            it.allow_message_ttl = true;
        }),
        (Risk::AsyncPersistence, "persist_mode", |it| {
            it.allow_atomic_publish = false;
            it.persist_mode = Some(stream::PersistenceMode::Async);
        }),
    ];
    for (risk, setting, change) in risks {
        let options = stream(&server, change).await.accepting(Risk::FewerReplicas);
        // The server does not let a stream have rollups and deny purges.
        let options = if risk == Risk::Rollup {
            options.accepting(Risk::Purge)
        } else {
            options
        };
        let err = refusal(&options, &server).await;
        assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
        let said = format!("unless `Risk::{risk:?}` is accepted");
        assert!(err.to_string().ends_with(&said), "{err}");
        let store = open(&options.accepting(risk), &server).await;
        assert!(settings(&store).contains(&setting), "{:?}", store.drift());
        store.save(event("a", 1)).await.unwrap();
    }
}

#[tokio::test]
async fn fewer_replicas_than_were_asked_for_are_a_risk() {
    let server = NatsServer::shared().await;
    let options = stream(&server, |_| ()).await.replicas(3);
    let err = refusal(&options, &server).await;
    assert!(
        err.to_string().ends_with(
            "`num_replicas` is 1 and must be 3 or more, unless `Risk::FewerReplicas` is accepted"
        ),
        "{err}"
    );
    let store = open(&options.accepting(Risk::FewerReplicas), &server).await;
    assert_eq!(store.capabilities().durability, Durability::Machine);
}

#[tokio::test]
async fn what_the_store_cannot_work_with_is_refused_whatever_is_accepted() {
    let server = NatsServer::shared().await;
    let all = [
        Risk::MemoryStorage,
        Risk::FewerReplicas,
        Risk::AsyncPersistence,
        Risk::Deletion,
        Risk::Purge,
        Risk::Rollup,
        Risk::MessageTtl,
    ];
    let changes: [(&str, Change); 12] = [
        ("retention", |it| {
            it.retention = stream::RetentionPolicy::Interest;
        }),
        ("retention", |it| {
            it.retention = stream::RetentionPolicy::WorkQueue;
        }),
        ("max_age", |it| it.max_age = Duration::from_hours(1)),
        ("max_msgs_per_subject", |it| it.max_messages_per_subject = 9),
        ("discard", |it| {
            it.max_bytes = 1 << 20;
            it.discard = stream::DiscardPolicy::Old;
        }),
        ("discard", |it| {
            it.max_messages = 1 << 20;
            it.discard = stream::DiscardPolicy::Old;
        }),
        ("first_seq", |it| it.first_sequence = Some(7)),
        ("allow_direct", |it| it.allow_direct = false),
        ("no_ack", |it| {
            it.no_ack = true;
            it.allow_atomic_publish = false;
        }),
        ("subject_transform", |it| {
            it.subject_transform = Some(stream::SubjectTransform {
                source: it.subjects[0].clone(),
                destination: "other.>".to_owned(),
            });
        }),
        ("sources", |it| {
            it.sources = Some(vec![stream::Source {
                name: "elsewhere".to_owned(),
                ..stream::Source::default()
            }]);
        }),
        ("consumer_limits.inactive_threshold", |it| {
            it.consumer_limits = Some(stream::ConsumerLimits {
                inactive_threshold: Duration::from_secs(1),
                max_ack_pending: 0,
            });
        }),
    ];
    for (setting, change) in changes {
        let options = stream(&server, change).await;
        let options = all.into_iter().fold(options, JetStreamOptions::accepting);
        let err = refusal(&options, &server).await;
        assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
        assert!(
            err.to_string().contains(&format!("`{setting}` is ")),
            "{setting}: {err}"
        );
    }
}

#[tokio::test]
async fn a_sealed_stream_and_a_mirror_are_refused() {
    let server = NatsServer::shared().await;
    let context = context(&server).await;
    let options = stream(&server, |it| {
        it.deny_delete = false;
        it.deny_purge = false;
    })
    .await;
    let options = options.accepting(Risk::Deletion).accepting(Risk::Purge);
    let store = open(&options, &server).await;
    let mut sealed = context.get_stream(store.stream_name()).await.unwrap();
    let mut config = sealed.info().await.unwrap().config.clone();
    config.sealed = true;
    context.update_stream(config).await.unwrap();
    let err = store.save(event("a", 1)).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
    assert!(err.to_string().starts_with("nothing was stored: "), "{err}");
    let err = refusal(&options, &server).await;
    assert!(
        err.to_string()
            .contains("`sealed` is true and must be false"),
        "{err}"
    );
    let mirror = stream::Config {
        name: "aether-mirror".to_owned(),
        mirror: Some(stream::Source {
            name: store.stream_name().to_owned(),
            ..stream::Source::default()
        }),
        allow_direct: true,
        ..stream::Config::default()
    };
    context.create_stream(mirror).await.unwrap();
    let options = JetStreamOptions::new().namespace("mirror".parse().unwrap());
    let err = refusal(&options, &server).await;
    assert!(
        err.to_string()
            .contains("`mirror` is there and must be absent"),
        "{err}"
    );
}

#[tokio::test]
async fn what_only_narrows_the_store_is_reported() {
    let server = NatsServer::shared().await;
    let options = stream(&server, |it| {
        it.max_bytes = 1 << 24;
        it.max_messages = 1_000;
        it.max_message_size = 10_000;
        it.max_consumers = 10;
        it.allow_atomic_publish = false;
        it.duplicate_window = Duration::from_secs(7);
        it.compression = Some(stream::Compression::S2);
    })
    .await;
    let store = open(&options, &server).await;
    let wanted = [
        "max_bytes",
        "max_msgs",
        "max_msg_size",
        "max_consumers",
        "allow_atomic",
        "duplicate_window",
    ];
    assert_eq!(settings(&store), wanted);
    assert_eq!(
        store.drift()[5].to_string(),
        "`duplicate_window` is 7s, and would be 120s"
    );
    assert_eq!(store.capabilities().transaction, None);
    store.save(event("a", 1)).await.unwrap();
}

#[tokio::test]
async fn an_acknowledgement_means_what_the_stream_warrants_and_its_operator_says() {
    let server = NatsServer::with("jetstream { store_dir: \"STORE\", sync_interval: always }");
    let server = server.await;
    let durability = async |options: JetStreamOptions| {
        let store = options.connect(&server.url()).await.unwrap();
        store.capabilities().durability
    };
    let on_disk = options();
    assert_eq!(durability(on_disk.clone()).await, Durability::Machine);
    assert_eq!(durability(on_disk.synced_always()).await, Durability::Disk);
    let in_memory = options().storage(Storage::Memory).synced_always();
    assert_eq!(durability(in_memory).await, Durability::Process);
    let later: Change = |it| {
        it.allow_atomic_publish = false;
        it.persist_mode = Some(stream::PersistenceMode::Async);
    };
    let later = stream(&server, later)
        .await
        .accepting(Risk::AsyncPersistence);
    assert_eq!(durability(later.synced_always()).await, Durability::Process);
}

#[tokio::test]
async fn a_stream_that_cannot_keep_states_is_refused_when_it_is_first_needed() {
    let server = NatsServer::shared().await;
    let changes: [(&str, Change); 4] = [
        ("max_age", |it| it.max_age = Duration::from_hours(1)),
        ("discard", |it| it.max_bytes = 1 << 20),
        ("retention", |it| {
            it.retention = stream::RetentionPolicy::Interest;
        }),
        ("storage", |it| it.storage = stream::StorageType::Memory),
    ];
    for (number, (setting, change)) in changes.into_iter().enumerate() {
        let namespace = format!("states-{number}");
        let mut config = stream::Config {
            name: format!("aether_state-{namespace}"),
            subjects: vec![format!("aether.{namespace}.state.>")],
            max_messages_per_subject: 1,
            num_replicas: 1,
            ..stream::Config::default()
        };
        change(&mut config);
        let context = context(&server).await;
        context.create_stream(config).await.unwrap();
        let options = JetStreamOptions::new().namespace(namespace.parse().unwrap());
        let store = open(&options, &server).await;
        let saved = store.save_checkpoint("reader", Position::new(1).into());
        let err = saved.await.unwrap_err();
        assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
        let said = format!("cannot keep states: `{setting}` is ");
        assert!(err.to_string().contains(&said), "{err}");
        store.save(event("a", 1)).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_is_too_old_is_refused_before_anything_is_made_on_it() {
    let server = NatsServer::old().await;
    let err = refusal(&options(), &server).await;
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
    assert_eq!(
        err.to_string(),
        "the NATS server is too old: it is 2.10.26, wanted is 2.11.0"
    );
    let mut streams = context(&server).await.stream_names();
    assert!(streams.next().await.is_none(), "nothing was made");
}

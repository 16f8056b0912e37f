//! Servers, streams and messages that are not what the store needs: each is an error that says
//! what is wrong, and where.

use std::{error::Error, time::Duration};

use aether::{
    ActorId, Commit, Event, EventStore, EventStoreExt as _, Namespace, Position, StoreError,
    StoreErrorKind, Version,
    store::jetstream::{JetStreamEventStore, JetStreamOptions, Storage},
    wire,
};
use aether_tests::harness::NatsServer;
use async_nats::{
    HeaderMap,
    jetstream::{self, stream},
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::json;

use crate::fixture::{fresh, options};

pub(crate) fn actor(id: &str) -> ActorId {
    ActorId::new(id).unwrap()
}

pub(crate) fn event(actor: &str, version: u64) -> Event {
    Event::new(actor, version, "Counted", &json!({ "n": version })).unwrap()
}

fn sources(err: &StoreError) -> Vec<String> {
    let mut texts = Vec::new();
    let mut source = err.source();
    while let Some(err) = source {
        texts.push(err.to_string());
        source = err.source();
    }
    texts
}

/// A message that some other program puts into the stream.
struct Forged<'a> {
    to: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: Bytes,
}

const ID: &str = "0193b4d2-6c41-7000-8000-000000000001";

/// Headers as the store writes them.
fn headers<'a>(versions: &'a str, guard: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("Nats-Msg-Id", ID),
        ("Aether-Versions", versions),
        ("Nats-Expected-Last-Subject-Sequence", guard),
    ]
}

fn body(event: Event) -> Bytes {
    wire::encode(&Commit::new([event]).unwrap(), &Namespace::default()).into()
}

/// Stores event 1 of `a`, then a forged message, and says what every reader is told.
async fn told(forged: Forged<'_>) -> Vec<String> {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    store.save(event("a", 1)).await.unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in forged.headers {
        headers.insert(*name, *value);
    }
    let subject = store.subject(&actor(forged.to));
    let context = jetstream::new(client);
    let sent = context.publish_with_headers(subject, headers, forged.body);
    let position = Position::new(sent.await.unwrap().await.unwrap().sequence);
    let read = store.events(&actor(forged.to), Version::NONE).await;
    let mut log = Box::pin(store.follow(Position::START));
    let good = log.next().await.unwrap().unwrap();
    assert_eq!(good.commit.events()[0].version, Version::FIRST);
    let followed = log.next().await.unwrap();
    assert!(log.next().await.is_none(), "an error is the last item");
    let read = read.unwrap_err();
    for err in [&read, &followed.unwrap_err()] {
        assert_eq!(err.kind(), StoreErrorKind::Corrupt, "{err}");
        assert_eq!(err.position(), Some(position), "{err}");
        assert_eq!(sources(err), sources(&read));
    }
    let mut told = vec![read.to_string()];
    told.extend(sources(&read));
    told
}

#[tokio::test]
async fn a_message_of_another_program_is_reported_with_its_place() {
    let forged = Forged {
        to: "a",
        headers: &[],
        body: body(event("a", 2)),
    };
    assert_eq!(
        told(forged).await,
        [
            "a message in the stream is not a commit (at position 2)",
            "the header `Aether-Versions` is missing",
        ]
    );
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_reported_with_the_reason() {
    let forged = Forged {
        to: "a",
        headers: &headers("2-2", "1"),
        body: Bytes::from_static(b"{\"specversion\":\"1.0\""),
    };
    let told = told(forged).await;
    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!(told[1], "its body is not what it should be");
    assert_eq!(
        told[2],
        "it is no CloudEvents document in JSON, nor a batch"
    );
}

#[tokio::test]
async fn headers_that_make_no_sense_are_reported() {
    let forged = Forged {
        to: "a",
        headers: &headers("2-1", "1"),
        body: body(event("a", 2)),
    };
    assert_eq!(
        told(forged).await[1],
        "the header `Aether-Versions` is `2-1`"
    );
}

#[tokio::test]
async fn headers_that_say_otherwise_than_the_events_are_reported() {
    let forged = Forged {
        to: "a",
        headers: &headers("2-3", "1"),
        body: body(event("a", 2)),
    };
    assert_eq!(
        told(forged).await[1],
        "its events have versions 2-2, its header says 2-3"
    );
}

#[tokio::test]
async fn events_on_the_subject_of_another_actor_are_reported() {
    let forged = Forged {
        to: "b",
        headers: &headers("1-1", "0"),
        body: body(event("c", 1)),
    };
    let told = told(forged).await;
    assert!(
        told[1].ends_with(".log.b`, but its events are those of `c`"),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_gap_in_the_versions_of_an_actor_is_reported() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    store.save(event("a", 1)).await.unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let mut forged = HeaderMap::new();
    for (name, value) in headers("3-3", "1") {
        forged.insert(name, value);
    }
    let context = jetstream::new(client);
    let subject = store.subject(&actor("a"));
    let sent = context.publish_with_headers(subject, forged, body(event("a", 3)));
    sent.await.unwrap().await.unwrap();
    let err = store.events(&actor("a"), Version::NONE).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Corrupt);
    assert_eq!(
        err.to_string(),
        "an actor's version 3 follows its version 1 (at position 2)"
    );
}

#[tokio::test]
async fn nothing_is_appended_to_an_actor_that_cannot_be_read() {
    let server = NatsServer::shared().await;
    let options = options();
    let store = options.clone().connect(&server.url()).await.unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let subject = store.subject(&actor("a"));
    let context = jetstream::new(client);
    let sent = context.publish(subject, "stray".into());
    sent.await.unwrap().await.unwrap();
    let err = store.save(event("a", 1)).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Corrupt);
    assert_eq!(
        err.to_string(),
        "nothing was stored: what is stored of the actor cannot be read (at position 1)"
    );
    assert_eq!(store.head().await.unwrap(), Position::new(1));
    assert!(store.version(&actor("a")).await.is_err());
    store.save(event("b", 1)).await.unwrap();
}

async fn refusal(options: JetStreamOptions, url: &str) -> StoreError {
    match options.connect(url).await {
        Ok(store) => panic!("{store:?} was opened"),
        Err(err) => err,
    }
}

/// Makes the stream of a namespace before the store can: as the store would, but for a change.
pub(crate) async fn stream(
    server: &NatsServer,
    change: impl FnOnce(&mut stream::Config),
) -> (JetStreamOptions, stream::Config) {
    let namespace = format!("made-{}", fresh().as_str().replace([' ', '.'], "-"));
    let mut good = stream::Config {
        name: format!("aether-{namespace}"),
        subjects: vec![format!("aether.{namespace}.log.>")],
        discard: stream::DiscardPolicy::New,
        num_replicas: 1,
        allow_direct: true,
        deny_delete: true,
        deny_purge: true,
        ..stream::Config::default()
    };
    let fit = good.clone();
    change(&mut good);
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    context.create_stream(good).await.unwrap();
    let options = JetStreamOptions::new().namespace(namespace.parse().unwrap());
    (options, fit)
}

#[tokio::test]
async fn a_stream_that_cannot_keep_events_is_refused_by_setting() {
    let server = NatsServer::shared().await;
    let (options, fit) = stream(&server, |it| {
        it.max_age = Duration::from_hours(1);
        it.max_messages_per_subject = 100;
        it.allow_direct = false;
        it.deny_delete = false;
    })
    .await;
    let err = refusal(options.clone(), &server.url()).await;
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured);
    let said = format!(
        "the stream `{}` cannot keep events: `max_msgs_per_subject` is 100 and must be \
         unbounded; `max_age` is 3600s and must be unbounded; `allow_direct` is false and must \
         be true; `deny_delete` is false and must be true, unless `Risk::Deletion` is accepted",
        fit.name
    );
    assert_eq!(err.to_string(), said);
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    context.update_stream(fit).await.unwrap();
    let store = options.connect(&server.url()).await.unwrap();
    store.save(event("a", 1)).await.unwrap();
}

#[tokio::test]
async fn a_stream_that_takes_our_subjects_is_reported() {
    let server = NatsServer::start().await;
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let other = stream::Config {
        name: "other".to_owned(),
        subjects: vec!["aether.>".to_owned()],
        ..stream::Config::default()
    };
    context.create_stream(other).await.unwrap();
    let err = refusal(JetStreamOptions::new(), &server.url()).await;
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured);
    assert_eq!(
        err.to_string(),
        "the stream `aether-default` cannot be used: another stream stores its `subjects`"
    );
}

#[tokio::test]
async fn replicas_need_a_cluster() {
    let server = NatsServer::shared().await;
    let err = refusal(options().replicas(3), &server.url()).await;
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
    assert!(
        err.to_string()
            .contains("`replicas` above 1 need a cluster"),
        "{err}"
    );
}

#[tokio::test]
async fn a_server_without_jetstream_is_refused() {
    let server = NatsServer::with("").await;
    let err = refusal(JetStreamOptions::new(), &server.url()).await;
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
    assert!(
        err.to_string().contains("JetStream is not enabled"),
        "{err}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_its_password() {
    let mut server = NatsServer::start().await;
    let url = server.url();
    server.kill();
    let with_password = url.replace("nats://", "nats://me:secret@");
    let err = refusal(JetStreamOptions::new(), &with_password).await;
    assert_eq!(err.kind(), StoreErrorKind::Unavailable);
    assert_eq!(err.to_string(), format!("no NATS server answers at {url}"));
    assert!(err.source().is_some());
}

fn large(bytes: usize) -> Commit {
    let data = json!("x".repeat(bytes));
    Commit::new([Event::new("large", 1, "Grown", &data).unwrap()]).unwrap()
}

/// Appends a commit that is refused, and then one that is not.
async fn too_large(store: &JetStreamEventStore, refused: usize, stored: usize) -> StoreError {
    let err = store.append(large(refused)).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::TooLarge, "{err}");
    assert!(err.to_string().starts_with("nothing was stored: "), "{err}");
    assert_eq!(store.head().await.unwrap(), Position::START);
    store.append(large(stored)).await.unwrap();
    err
}

#[tokio::test]
async fn a_commit_that_the_server_would_not_take_is_refused_with_size_and_limit() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    let err = too_large(&store, 1 << 20, (1 << 20) - 1_000).await;
    assert!(
        err.to_string()
            .ends_with("the server's `max_payload` is 1048576"),
        "{err}"
    );
}

#[tokio::test]
async fn a_commit_that_the_stream_would_not_take_is_refused() {
    let server = NatsServer::shared().await;
    let (options, _) = stream(&server, |it| it.max_message_size = 10_000).await;
    let store = options.connect(&server.url()).await.unwrap();
    let err = too_large(&store, 10_000, 8_000).await;
    assert!(
        err.to_string()
            .ends_with("the stream's `max_msg_size` is 10000"),
        "{err}"
    );
}

#[tokio::test]
async fn a_limit_that_was_lowered_later_is_named_by_the_server() {
    let server = NatsServer::shared().await;
    let (options, mut config) = stream(&server, |_| ()).await;
    let store = options.connect(&server.url()).await.unwrap();
    config.max_message_size = 10_000;
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    context.update_stream(config).await.unwrap();
    let err = too_large(&store, 10_000, 8_000).await;
    assert!(
        sources(&err)[0].contains("(error 10054)"),
        "{:?}",
        sources(&err)
    );
}

#[tokio::test]
async fn a_stream_that_is_full_takes_nothing_and_loses_nothing() {
    let server = NatsServer::shared().await;
    let (options, _) = stream(&server, |it| it.max_bytes = 20_000).await;
    let store = options.patience(Duration::from_millis(300));
    let store = store.connect(&server.url()).await.unwrap();
    store.append(large(15_000)).await.unwrap();
    let next = Event::new("large", 2, "Grown", &json!("x".repeat(15_000))).unwrap();
    let err = store.save(next).await.unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{err}");
    assert!(err.to_string().starts_with("nothing was stored: "), "{err}");
    assert!(
        sources(&err)[1].contains("maximum bytes exceeded"),
        "{:?}",
        sources(&err)
    );
    let events = store.events(&actor("large"), Version::NONE).await.unwrap();
    assert_eq!(events.len(), 1);
}

#[tokio::test]
async fn a_page_that_is_smaller_than_a_commit_still_holds_one() {
    let server = NatsServer::shared().await;
    let store = options()
        .page_bytes(1)
        .connect(&server.url())
        .await
        .unwrap();
    for version in 1..=5 {
        let data = json!("x".repeat(50_000));
        let grown = Event::new("large", version, "Grown", &data).unwrap();
        store.save(grown).await.unwrap();
    }
    let page = store.read(&actor("large"), Version::new(2)).await.unwrap();
    assert_eq!((page.commits.len(), page.more), (1, true));
    let events = store.events(&actor("large"), Version::NONE).await.unwrap();
    assert_eq!(events.len(), 5);
}

#[tokio::test]
async fn an_event_type_may_be_longer_than_any_header() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    let event = Event::new("a", 1, "long ".repeat(20_000), &()).unwrap();
    store.save(event.clone()).await.unwrap();
    assert_eq!(
        store.events(&actor("a"), Version::NONE).await.unwrap(),
        [event]
    );
}

#[tokio::test]
async fn a_stream_in_memory_is_made_on_demand() {
    let server = NatsServer::shared().await;
    let options = options().storage(Storage::Memory);
    let store = options.clone().connect(&server.url()).await.unwrap();
    store.save(event("a", 1)).await.unwrap();
    let err = refusal(options.storage(Storage::File), &server.url()).await;
    assert!(
        err.to_string()
            .contains("`storage` is Memory and must be File"),
        "{err}"
    );
}

#[tokio::test]
async fn namespaces_on_a_server_do_not_see_each_other() {
    let server = NatsServer::shared().await;
    let [a, b] = [options(), options()];
    let a = a.connect(&server.url()).await.unwrap();
    let b = b.connect(&server.url()).await.unwrap();
    a.save(event("same", 1)).await.unwrap();
    b.save(event("same", 1)).await.unwrap();
    assert_eq!(a.log(Position::START).await.unwrap().len(), 1);
    assert_eq!(b.version(&actor("same")).await.unwrap(), Version::FIRST);
}

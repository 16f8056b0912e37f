//! Connections that may not do all that a store needs: each says so, and soon.

use std::time::Duration;

use aether::{
    ActorId, CheckpointStore as _, Commit, Event, EventStore as _, EventStoreExt as _, Position,
    StoreError, StoreErrorKind, Transaction, Version, store::jetstream::JetStreamOptions,
};
use aether_tests::harness::NatsServer;
use async_nats::ConnectOptions;
use futures_util::StreamExt as _;
use tokio::time::{Instant, timeout};

use crate::{fixture::options, openings::event};

/// How long a question is waited for, and how long it may take to be told that it is denied: less
/// than the patience, which is 15 seconds.
const ATTEMPT: Duration = Duration::from_millis(300);
const SOON: Duration = Duration::from_secs(8);

/// A server with a user `app` that is denied this, and one that is denied nothing.
async fn denying(what: &str) -> NatsServer {
    NatsServer::with(&format!(
        "jetstream {{ store_dir: \"STORE\" }}\n\
         authorization {{ users: [\n\
           {{ user: app, password: pw, permissions: {{ {what} }} }},\n\
           {{ user: root, password: pw }}\n\
         ] }}"
    ))
    .await
}

fn url(server: &NatsServer, user: &str) -> String {
    server
        .url()
        .replace("nats://", &format!("nats://{user}:pw@"))
}

fn actor(id: &str) -> ActorId {
    ActorId::new(id).unwrap()
}

/// Asserts that what is denied is said, with the subject.
fn assert_denied(err: &StoreError, subject: &str) {
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
    let source = std::error::Error::source(err).map(ToString::to_string);
    let source = source.unwrap_or_default();
    assert!(
        source.starts_with("Permissions Violation for "),
        "{err}: {source}"
    );
    assert!(source.contains(subject), "{err}: {source}");
}

async fn soon<T>(answer: impl Future<Output = T>) -> T {
    let answer = timeout(SOON, answer).await;
    answer.expect("what is denied is not waited for")
}

async fn open_denied(what: &str, subject: &str) {
    let server = denying(what).await;
    let options = options().attempt_timeout(ATTEMPT);
    let url = url(&server, "app");
    let opened = soon(Box::pin(options.connect(&url))).await;
    assert_denied(&opened.err().unwrap(), subject);
}

#[tokio::test]
async fn a_store_that_may_not_ask_for_its_stream_says_so() {
    open_denied(
        "publish: { deny: [\"$JS.API.STREAM.INFO.>\"] }",
        "$JS.API.STREAM.INFO.",
    )
    .await;
}

#[tokio::test]
async fn a_store_that_may_not_make_its_stream_says_so() {
    open_denied(
        "publish: { deny: [\"$JS.API.STREAM.CREATE.>\"] }",
        "$JS.API.STREAM.CREATE.",
    )
    .await;
}

#[tokio::test]
async fn a_store_that_may_not_hear_answers_says_so() {
    open_denied("subscribe: { deny: [\"_INBOX.>\"] }", "_INBOX.").await;
}

/// A store that is denied this, with one that is denied nothing beside it.
async fn stores(what: &str) -> (NatsServer, [aether::JetStreamEventStore; 2]) {
    let server = denying(what).await;
    let options = options().attempt_timeout(ATTEMPT);
    let root = options
        .clone()
        .connect(&url(&server, "root"))
        .await
        .unwrap();
    let app = options.connect(&url(&server, "app")).await.unwrap();
    (server, [app, root])
}

#[tokio::test]
async fn an_append_that_is_denied_is_not_in_doubt() {
    let (_server, [app, root]) = stores("publish: { deny: [\"aether.*.log.secret\"] }").await;
    let err = soon(app.save(event("secret", 1))).await.unwrap_err();
    assert_denied(&err, ".log.secret");
    assert!(err.to_string().starts_with("nothing was stored: "), "{err}");
    assert_eq!(root.head().await.unwrap(), Position::START);
    app.save(event("open", 1)).await.unwrap();
}

#[tokio::test]
async fn a_transaction_of_which_a_part_is_denied_is_not_stored_and_not_in_doubt() {
    let (_server, [app, root]) = stores("publish: { deny: [\"aether.*.log.secret\"] }").await;
    let commit = |actor| Commit::new([event(actor, 1)]).unwrap();
    for actors in [["secret", "open"], ["open", "secret"]] {
        let transaction = Transaction::new(actors.map(commit)).unwrap();
        let err = soon(app.transact(transaction)).await.unwrap_err();
        assert_denied(&err, ".log.secret");
        assert!(err.to_string().starts_with("nothing was stored: "), "{err}");
    }
    assert_eq!(root.head().await.unwrap(), Position::START);
}

#[tokio::test]
async fn reading_and_following_that_are_denied_say_so() {
    let (_server, [app, root]) =
        stores("publish: { deny: [\"$JS.API.DIRECT.GET.>\", \"$JS.API.CONSUMER.>\"] }").await;
    root.save(event("a", 1)).await.unwrap();
    let err = soon(app.events(&actor("a"), Version::NONE))
        .await
        .unwrap_err();
    assert_denied(&err, "$JS.API.DIRECT.GET.");
    let err = soon(app.version(&actor("a"))).await.unwrap_err();
    assert_denied(&err, "$JS.API.DIRECT.GET.");
    let mut log = Box::pin(app.follow(Position::START));
    let err = soon(log.next()).await.unwrap().unwrap_err();
    assert_denied(&err, "$JS.API.CONSUMER.CREATE.");
}

#[tokio::test]
async fn a_long_history_that_may_not_be_read_by_a_consumer_says_so() {
    let (_server, [app, root]) = stores("publish: { deny: [\"$JS.API.CONSUMER.>\"] }").await;
    for version in 1..=300 {
        root.save(event("a", version)).await.unwrap();
    }
    let err = soon(app.events(&actor("a"), Version::NONE))
        .await
        .unwrap_err();
    assert_denied(&err, "$JS.API.CONSUMER.CREATE.");
}

#[tokio::test]
async fn following_that_may_not_say_what_was_read_says_so() {
    let (_server, [app, root]) = stores("publish: { deny: [\"$JS.ACK.>\"] }").await;
    root.save(event("a", 1)).await.unwrap();
    let mut log = Box::pin(app.follow(Position::START));
    soon(log.next()).await.unwrap().unwrap();
    let err = soon(log.next()).await.unwrap().unwrap_err();
    assert_denied(&err, "$JS.ACK.");
}

#[tokio::test]
async fn servers_that_allow_too_few_messages_under_way_are_told_by_their_setting() {
    let server =
        NatsServer::with("jetstream { store_dir: \"STORE\", limits: { max_ack_pending: 100 } }\n")
            .await;
    let store = options().connect(&server.url()).await.unwrap();
    store.save(event("a", 1)).await.unwrap();
    let mut log = Box::pin(store.follow(Position::START));
    let err = soon(log.next()).await.unwrap().unwrap_err();
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
    assert!(err.to_string().contains("`max_ack_pending`"), "{err}");
}

#[tokio::test]
async fn an_append_whose_questions_are_denied_says_so() {
    let (_server, [app, root]) =
        stores("publish: { deny: [\"$JS.API.DIRECT.GET.>\", \"$JS.API.STREAM.MSG.GET.>\"] }").await;
    root.save(event("a", 1)).await.unwrap();
    // It is at version 1, which only an answer could tell.
    let err = soon(app.save(event("a", 2))).await.unwrap_err();
    assert_denied(&err, "$JS.API.");
    assert!(err.to_string().starts_with("nothing was stored: "), "{err}");
    assert_eq!(root.head().await.unwrap(), Position::new(1));
}

#[tokio::test]
async fn a_checkpoint_that_may_not_be_saved_says_so() {
    let (_server, [app, root]) = stores("publish: { deny: [\"aether.*.state.>\"] }").await;
    let saved = soon(app.save_checkpoint("reader", Position::new(1).into())).await;
    assert_denied(&saved.unwrap_err(), ".state.checkpoint.reader");
    assert_eq!(
        root.checkpoint("reader").await.unwrap().position,
        Position::START
    );
    app.save(event("a", 1)).await.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_said_without_it() {
    let server = denying("").await;
    let url = server.url().replace("nats://", "nats://app:wrong@");
    let err = options().connect(&url).await.err().unwrap();
    assert_eq!(err.kind(), StoreErrorKind::Misconfigured, "{err}");
    let source = std::error::Error::source(&err).unwrap().to_string();
    assert!(
        source.contains("authorization violation"),
        "{err}: {source}"
    );
    assert!(
        !format!("{err}{source}").contains("wrong"),
        "{err}: {source}"
    );
}

/// The owner of the client is told what is denied, the store is not: it can only wait.
#[tokio::test]
async fn a_store_on_the_client_of_another_waits_for_what_is_denied_and_gives_up() {
    let server = denying("publish: { deny: [\"$JS.API.STREAM.INFO.>\"] }").await;
    let patience = Duration::from_millis(900);
    let options: JetStreamOptions = options().attempt_timeout(ATTEMPT).patience(patience);
    let client = ConnectOptions::with_user_and_password("app".to_owned(), "pw".to_owned());
    let client = client.connect(server.url()).await.unwrap();
    let began = Instant::now();
    let err = options.open(client).await.err().unwrap();
    assert_eq!(err.kind(), StoreErrorKind::Unavailable, "{err}");
    assert!(began.elapsed() >= patience);
}

#[tokio::test]
async fn an_event_beside_one_that_is_denied_is_stored() {
    let (_server, [app, root]) = stores("publish: { deny: [\"aether.*.log.secret\"] }").await;
    let other = Event::new("open", 1, "Counted", &()).unwrap();
    let (denied, stored) = futures_util::join!(app.save(event("secret", 1)), app.save(other));
    assert_denied(&denied.unwrap_err(), ".log.secret");
    stored.unwrap();
    assert_eq!(root.head().await.unwrap(), Position::new(1));
}

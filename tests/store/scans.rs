//! Reading parts of a log that holds what it should not, and parts that are larger than a page.

use std::pin::pin;

use aether::{
    Commit, EmbeddedOptions, Event, EventStore, EventStoreExt as _, Position, StoreErrorKind,
    Transaction, Version,
    store::{Entry, Span, jetstream::JetStreamOptions},
    wire,
};
use aether_tests::harness::NatsServer;
use async_nats::jetstream;
use futures_util::StreamExt as _;
use serde_json::json;

use crate::{
    fixture::options,
    misfits::{actor, event, stream},
};

/// What lies in a part of the log: the number of a commit, or what is said of what is none.
async fn seen<S: EventStore>(store: &S, span: Span) -> Vec<String> {
    let entries = store.entries(span).map(|entry| match entry.unwrap() {
        Entry::Commit(recorded) => recorded.position.to_string(),
        Entry::Unreadable(unreadable) => {
            assert_eq!(unreadable.error.kind(), StoreErrorKind::Corrupt);
            assert_eq!(unreadable.error.position(), Some(unreadable.position));
            format!("{} {:?}", unreadable.error, unreadable.bytes)
        }
    });
    entries.collect().await
}

#[tokio::test]
async fn a_foreign_message_is_an_entry_among_the_commits() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    store.save(event("a", 1)).await.unwrap();
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    let stray = context.publish(store.subject(&actor("b")), "stray".into());
    stray.await.unwrap().await.unwrap();
    store.save(event("a", 2)).await.unwrap();

    let stray = "a message in the stream is not a commit (at position 2) b\"stray\"";
    assert_eq!(seen(&store, Span::ALL).await, ["1", stray, "3"]);
    let back = seen(&store, Span::ALL.backwards()).await;
    assert_eq!(back, ["3", stray, "1"]);

    let mut strict = pin!(store.commits(Span::ALL));
    assert!(strict.next().await.unwrap().is_ok());
    let err = strict.next().await.unwrap().unwrap_err();
    assert_eq!(err.position(), Some(Position::new(2)));
    assert!(strict.next().await.is_none(), "an error is the last item");
}

#[tokio::test]
async fn guards_are_no_entries() {
    let server = NatsServer::shared().await;
    let store = options().connect(&server.url()).await.unwrap();
    store.save(event("read", 1)).await.unwrap();
    for version in 1..=3 {
        let commit = Commit::new([event("written", version)]).unwrap();
        let transaction = Transaction::new([commit]).unwrap();
        let transaction = transaction.guard(actor("read"), Version::FIRST).unwrap();
        store.transact(transaction).await.unwrap();
    }
    assert_eq!(seen(&store, Span::ALL).await, ["1", "3", "5", "7"]);
    let back = seen(&store, Span::ALL.backwards()).await;
    assert_eq!(back, ["7", "5", "3", "1"]);
    let guard = Span::after(Position::new(1)).until(Position::new(2));
    assert_eq!(seen(&store, guard).await, [""; 0]);
    assert_eq!(seen(&store, guard.backwards()).await, [""; 0]);
}

/// A stream with commits of `a` up to this version, of which some messages were deleted before
/// the store could forbid it.
async fn with_holes(server: &NatsServer, count: u64, holes: &[u64]) -> JetStreamOptions {
    let (options, fit) = stream(server, |it| {
        it.deny_delete = false;
        it.deny_purge = false;
    })
    .await;
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
    for version in 1..=count {
        let commit = Commit::new([event("a", version)]).unwrap();
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Nats-Msg-Id", commit.id().to_string());
        headers.insert("Aether-Versions", format!("{version}-{version}"));
        let before = (version - 1).to_string();
        headers.insert("Nats-Expected-Last-Subject-Sequence", before);
        let body = wire::encode(&commit, &"any".parse().unwrap());
        let subject = fit.subjects[0].replace('>', "a");
        let sent = context.publish_with_headers(subject, headers, body.into());
        sent.await.unwrap().await.unwrap();
    }
    let stream = context.get_stream(&fit.name).await.unwrap();
    for hole in holes {
        assert!(stream.delete_message(*hole).await.unwrap());
    }
    context.update_stream(fit).await.unwrap();
    options
}

fn missing(store: &impl EventStore, first: u64, last: u64) -> String {
    let stream = format!("aether-{}", store.namespace());
    if first == last {
        return format!(
            "a message is missing from the stream `{stream}` (at position {first}) b\"\""
        );
    }
    format!(
        "all messages up to {last} are missing from the stream `{stream}` (at position {first}) \
         b\"\""
    )
}

#[tokio::test]
async fn deleted_messages_are_reported_where_they_were() {
    let server = NatsServer::shared().await;
    let options = with_holes(&server, 9, &[1, 4, 5, 9]).await;
    let store = options.connect(&server.url()).await.unwrap();
    let hole = |first, last| missing(&store, first, last);
    let mut wanted = vec![hole(1, 1), "2".into(), "3".into(), hole(4, 5)];
    wanted.extend(["6".into(), "7".into(), "8".into(), hole(9, 9)]);
    assert_eq!(seen(&store, Span::ALL).await, wanted);
    wanted.reverse();
    assert_eq!(seen(&store, Span::ALL.backwards()).await, wanted);
    let within = Span::after(Position::new(4)).until(Position::new(6));
    assert_eq!(seen(&store, within).await, [hole(5, 5), "6".into()]);
}

#[tokio::test]
async fn a_stream_of_which_everything_was_deleted_is_one_hole() {
    let server = NatsServer::shared().await;
    let options = with_holes(&server, 3, &[1, 2, 3]).await;
    let store = options.connect(&server.url()).await.unwrap();
    assert_eq!(seen(&store, Span::ALL).await, [missing(&store, 1, 3)]);
    let back = seen(&store, Span::ALL.backwards()).await;
    assert_eq!(back, [missing(&store, 1, 3)]);
}

/// Appends commits of very different sizes.
async fn fill<S: EventStore>(store: &S, count: u64) {
    for version in 1..=count {
        let size = if version % 50 == 0 { 40_000 } else { 400 };
        let event = Event::new("sized", version, "Grown", &json!("x".repeat(size))).unwrap();
        store.save(event).await.unwrap();
    }
}

/// The most bytes that a stretch holds, and how many stretches and commits there are.
async fn measured<S: EventStore>(store: &S, span: Span) -> (usize, usize, usize) {
    let (mut most, mut stretches, mut commits, mut rest) = (0, 0, 0, Some(span));
    while let Some(span) = rest {
        let stretch = store.scan(span).await.unwrap();
        let sizes = stretch.entries.into_iter().map(|entry| {
            let commit = entry.commit().unwrap().commit;
            wire::encode(&commit, store.namespace()).len()
        });
        let sizes: Vec<usize> = sizes.collect();
        (stretches, commits) = (stretches + 1, commits + sizes.len());
        most = most.max(sizes.iter().sum());
        rest = stretch.rest;
    }
    (most, stretches, commits)
}

const PAGE: usize = 60_000;

/// However long the log is, a reader holds a page of it, give or take a commit.
async fn check_bounds<S: EventStore>(store: &S) {
    fill(store, 1_500).await;
    let (most, stretches, commits) = measured(store, Span::ALL).await;
    assert_eq!(commits, 1_500);
    assert!(most < PAGE + 41_000, "{most} bytes in a stretch");
    // A large commit begins a stretch, and so does what comes behind it: two for each of thirty.
    assert!((20..=90).contains(&stretches), "{stretches} stretches");
    let (most, stretches, commits) = measured(store, Span::ALL.backwards()).await;
    assert_eq!(commits, 1_500);
    assert!(
        most < 2 * PAGE + 41_000,
        "{most} bytes in a stretch backwards"
    );
    assert!(
        (15..120).contains(&stretches),
        "{stretches} stretches backwards"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stretch_is_bounded_by_bytes_on_jetstream() {
    let server = NatsServer::shared().await;
    let options = options().page_bytes(PAGE);
    check_bounds(&options.connect(&server.url()).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stretch_is_bounded_by_bytes_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions::new().page_bytes(PAGE);
    check_bounds(&options.open(folder.path()).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_backwards_costs_a_few_questions_a_stretch_and_one_for_each_commit_of_an_actor() {
    let server = NatsServer::shared().await;
    let client = async_nats::connect(server.url()).await.unwrap();
    let sent = client.statistics();
    let sent = || sent.out_messages.load(std::sync::atomic::Ordering::Relaxed);
    let store = options().page_bytes(PAGE).open(client).await.unwrap();
    fill(&store, 600).await;
    let before = sent();
    let (_, stretches, _) = measured(&store, Span::ALL.backwards()).await;
    let questions = usize::try_from(sent() - before).unwrap();
    assert!(questions <= stretches * 9, "{questions} for {stretches}");
    println!("backwards: {questions} questions for {stretches} stretches");
    let (sized, before) = (actor("sized"), sent());
    let page = store.read_back(&sized, Version::END).await.unwrap();
    let (questions, commits) = (sent() - before, page.commits.len() as u64);
    assert!(
        questions <= commits + 3,
        "{questions} for {commits} commits"
    );
    let (first, before) = (page.first_version().unwrap(), sent());
    let next = store.read_back(&sized, first).await.unwrap();
    let (questions, commits) = (sent() - before, next.commits.len() as u64);
    assert!(questions <= commits, "what is next is remembered");
    println!("backwards: {questions} questions for {commits} commits of an actor");
    let place = page.commits.get(2).unwrap().position;
    let before = sent();
    let behind = store.read_back_to(&sized, Version::END, place).await;
    let (questions, behind) = (sent() - before, behind.unwrap());
    assert_eq!(behind.commits.len(), 2);
    assert!(questions <= 2 + 3, "{questions} for two commits");
    println!("backwards: {questions} questions for the commits behind a place");
}

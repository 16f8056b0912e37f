use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use aether::{
    Commit, EmbeddedEventStore, Event, EventStore, EventStoreExt as _, Namespace, Position,
    Recorded, Transaction, store::jetstream::JetStreamOptions,
};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) fn command(args: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_aether"));
    program.args(args).stdin(Stdio::null());
    program
}

/// What the program said, and how it ended.
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs the program to its end.
pub(crate) fn run(args: &[&str]) -> Answer {
    command(args).output().unwrap().into()
}

/// Runs it, and wants it to end with this code.
#[track_caller]
pub(crate) fn ends(code: i32, args: &[&str]) -> Answer {
    let answer = run(args);
    assert_eq!(answer.code, Some(code), "{}{}", answer.out, answer.err);
    answer
}

pub(crate) fn json(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A folder with room for stores and files.
pub(crate) struct Room(TempDir);

impl Room {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// The name of a store in it.
    pub(crate) fn store(&self, name: &str) -> String {
        format!("embedded:{}", self.path(name))
    }

    /// Makes a store with the events of a small shop.
    pub(crate) async fn shop(&self, name: &str) -> String {
        let store = EmbeddedEventStore::open(self.path(name)).await.unwrap();
        fill(&store).await;
        self.store(name)
    }

    /// Makes a store with many commits of different actors.
    pub(crate) async fn large(&self, name: &str, commits: u64) -> String {
        let store = EmbeddedEventStore::open(self.path(name)).await.unwrap();
        let numbers: Vec<u64> = (0..commits).collect();
        for some in numbers.chunks(1_000) {
            let commit = |number: &u64| event(&format!("Order.{number}"), 1, "Placed");
            let commits = some.iter().map(|it| Commit::new([commit(it)]).unwrap());
            store
                .transact(Transaction::new(commits).unwrap())
                .await
                .unwrap();
        }
        self.store(name)
    }

    /// The log of a store.
    pub(crate) async fn log(&self, name: &str) -> Vec<Commit> {
        let store = EmbeddedEventStore::open(self.path(name)).await.unwrap();
        commits(store.log(Position::START).await.unwrap())
    }
}

pub(crate) fn commits(log: Vec<Recorded>) -> Vec<Commit> {
    log.into_iter().map(|recorded| recorded.commit).collect()
}

pub(crate) fn event(actor: &str, version: u64, kind: &'static str) -> Event {
    let data = json!({ "n": version, "note": "x".repeat(200) });
    Event::new(actor, version, kind, &data).unwrap()
}

/// Five events of two orders and a customer.
pub(crate) async fn fill(store: &impl EventStore) {
    for (actor, version, kind) in [
        ("Order.7", 1, "Placed"),
        ("Customer.ada", 1, "Registered"),
        ("Order.8", 1, "Placed"),
        ("Order.7", 2, "Shipped"),
        ("Order.7", 3, "Delivered"),
    ] {
        store.save(event(actor, version, kind)).await.unwrap();
    }
}

pub(crate) fn on_server(namespace: &str) -> JetStreamOptions {
    JetStreamOptions::new().namespace(Namespace::new(namespace).unwrap())
}

#[test]
fn help_says_what_there_is_and_how_it_ends() {
    let help = ends(0, &["--help"]).out;
    for word in [
        "export",
        "import",
        "events",
        "actor",
        "cluster",
        "embedded:PATH",
        "Exit codes: 0",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    let help = ends(0, &["export", "--help"]).out;
    assert!(
        help.contains("--resume") && help.contains("SHA-256"),
        "{help}"
    );
}

#[test]
fn wrong_arguments_are_refused() {
    for args in [
        &[][..],
        &["export"],
        &["export", "--store", "somewhere"],
        &["events", "show", "--store", "embedded:x", "first"],
        &[
            "export",
            "--store",
            "embedded:x",
            "--after",
            "1",
            "--since",
            "2026-01-01T00:00:00Z",
        ],
    ] {
        assert!(!ends(2, args).err.is_empty(), "{args:?}");
    }
}

#[test]
fn a_store_that_is_not_there_is_not_made_by_reading() {
    let room = Room::new();
    let store = room.store("none");
    for args in [
        &["export"][..],
        &["events", "tail"],
        &["events", "search"],
        &["actor", "history", "a"],
    ] {
        let answer = ends(2, &[args, &["--store", &store]].concat());
        assert!(
            answer.err.contains("there is no store in the folder"),
            "{}",
            answer.err
        );
        assert!(!Path::new(&room.path("none")).exists(), "{args:?}");
    }
}

#[tokio::test]
async fn a_namespace_that_is_not_on_a_server_is_not_made_by_reading() {
    let server = aether_tests::harness::NatsServer::start().await;
    let url = server.url();
    let answer = ends(
        2,
        &["events", "tail", "--store", &url, "--namespace", "none"],
    );
    assert!(answer.err.contains("it does not exist"), "{}", answer.err);
    let context = async_nats::jetstream::new(async_nats::connect(&url).await.unwrap());
    assert!(context.get_stream("aether-none").await.is_err());
}

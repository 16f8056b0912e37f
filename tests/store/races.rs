//! Writers that want the same version at the same moment.

use std::process::Stdio;

use aether::{
    ActorId, Commit, Event, EventStore, EventStoreExt as _, StoreErrorKind, Version,
    VersionConflict, store::jetstream::JetStreamOptions,
};
use aether_tests::harness::{NatsCluster, NatsServer};
use futures_util::future::join;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::fixture::{fresh, options, patient};

struct Racer {
    _process: Child,
    versions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Racer {
    fn start(url: &str, namespace: &str, actor: &ActorId, name: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_racer"))
            .args([url, namespace, actor.as_str(), name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self {
            versions: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()).lines(),
            _process: process,
        }
    }

    async fn tell(&mut self, version: u64) {
        let line = format!("{version}\n");
        self.versions.write_all(line.as_bytes()).await.unwrap();
    }

    async fn answer(&mut self) -> String {
        let line = self.answers.next_line().await.unwrap();
        line.expect("the racer answers, and says on stderr why it does not")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_exactly_one_wins_each_version() {
    const ROUNDS: u64 = 1_000;
    let server = NatsServer::shared().await;
    let (namespace, actor) = (fresh(), ActorId::new("contested").unwrap());
    let store = JetStreamOptions::new().namespace(namespace.clone());
    let store = store.connect(&server.url()).await.unwrap();
    let names = ["left", "right"];
    let mut racers =
        names.map(|name| Racer::start(&server.url(), namespace.as_str(), &actor, name));
    let mut winners = Vec::new();
    for version in 1..=ROUNDS {
        let first = usize::try_from(version % 2).unwrap();
        racers[first].tell(version).await;
        racers[1 - first].tell(version).await;
        let answers = [racers[0].answer().await, racers[1].answer().await];
        let (won, lost) = (
            format!("won {version}"),
            format!("lost {version} at {version}"),
        );
        let winner = answers.iter().position(|answer| *answer == won);
        let winner = winner.unwrap_or_else(|| panic!("nobody won {version}: {answers:?}"));
        assert_eq!(answers[1 - winner], lost, "{answers:?}");
        winners.push(names[winner]);
    }
    let events = store.events(&actor, Version::NONE).await.unwrap();
    let stored = events
        .iter()
        .map(|event| event.data.decode::<Value>().unwrap()["by"].clone());
    assert_eq!(stored.collect::<Vec<_>>(), winners);
    let by_left = winners.iter().filter(|name| **name == "left").count();
    assert!((1..1_000).contains(&by_left), "it was no race: {by_left}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_clients_of_a_cluster_exactly_one_wins_each_version() {
    const ACTORS: usize = 100;
    const VERSIONS: u64 = 3;
    let cluster = NatsCluster::shared().await;
    let (options, urls) = (patient(options()).replicas(3), cluster.urls());
    // Each talks to another server; one of them at least is not the stream's leader.
    let left = options.clone().connect(&urls[0]).await.unwrap();
    let right = options.connect(&urls[1]).await.unwrap();
    // The first version of an actor is guarded like any later one: 300 races, 300 winners.
    let actors = (0..ACTORS).map(|number| ActorId::new(format!("contested-{number}")).unwrap());
    let races = actors.flat_map(|actor| (1..=VERSIONS).map(move |it| (actor.clone(), it)));
    for (actor, version) in races {
        let commits = [commit(&actor, version), commit(&actor, version)];
        let answers = join(
            left.append(commits[0].clone()),
            right.append(commits[1].clone()),
        );
        let (winner, loser) = match answers.await {
            (Ok(_), Err(err)) => (&commits[0], err),
            (Err(err), Ok(_)) => (&commits[1], err),
            answers => panic!("one wins and one loses version {version} of {actor}: {answers:?}"),
        };
        assert_eq!(loser.kind(), StoreErrorKind::Conflict, "{loser}");
        let conflict = VersionConflict {
            actor_id: actor.clone(),
            attempted: Version::new(version),
            current: Version::new(version),
        };
        assert_eq!(loser.version_conflict(), Some(&conflict));
        for store in [&left, &right] {
            let page = store.read(&actor, Version::new(version - 1)).await.unwrap();
            let stored: Vec<_> = page.commits.iter().map(|it| it.commit.id()).collect();
            assert_eq!(stored, [winner.id()], "version {version} of {actor}");
        }
    }
}

fn commit(actor: &ActorId, version: u64) -> Commit {
    let event = Event::new(actor, version, "Raced", &json!({})).unwrap();
    Commit::new([event]).unwrap()
}

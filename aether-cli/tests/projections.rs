//! Read models that are kept, as an operator meets them.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Stdio},
    time::Duration,
};

use aether::{
    Commit, DynEventStore, EmbeddedEventStore, Event, EventStore as _, Store, prelude::*,
    runtime::Aether,
};
use aether_tests::harness::NatsServer;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::program::{Room, command, ends, json as rows, on_server};

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Booked {
    cents: u64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
struct Book {
    #[command(id)]
    account: String,
    cents: u64,
}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(Booked))]
struct Account;

#[handlers]
impl Account {
    #[handle]
    fn book(&self, command: Book) -> Result<Booked, std::convert::Infallible> {
        Ok(Booked {
            cents: command.cents,
        })
    }

    #[apply]
    fn booked(&mut self, _event: &Booked) {}
}

/// What was booked.
#[derive(Projection, Debug, Default, Serialize, Deserialize)]
#[projection(snapshot)]
struct Totals {
    cents: u64,
}

#[handlers]
impl Totals {
    #[apply]
    fn booked(&mut self, event: &Booked) {
        self.cents += event.cents;
    }
}

bounded_context! {
    /// Books amounts.
    Booking { aggregates: [Account], projections: [Totals] }
}

async fn running(store: impl Store) -> Aether {
    let builder = Aether::builder().store(store).context::<Booking>();
    builder.start().await.unwrap()
}

async fn book(aether: &Aether, times: u64) {
    for cents in 1..=times {
        let account = "a".to_owned();
        aether.send(Book { account, cents }).await.unwrap();
    }
    aether.settled().await.unwrap();
}

async fn open(path: &str) -> DynEventStore {
    DynEventStore::new(EmbeddedEventStore::open(path).await.unwrap())
}

/// A store in which a runtime has booked three times, and kept what it knew.
async fn booked(room: &Room) -> String {
    let aether = running(open(&room.path("books")).await).await;
    book(&aether, 3).await;
    aether.shutdown().await;
    room.store("books")
}

/// What is listed of the one projection.
fn listed(store: &str) -> Value {
    let answer = ends(0, &["projections", "list", "--store", store, "--json"]);
    let mut rows = rows(&answer.out);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

#[tokio::test]
async fn how_far_a_projection_is_behind_is_told_in_commits_events_and_seconds() {
    let room = Room::new();
    let store = booked(&room).await;
    let opened = open(&room.path("books")).await;
    let event = |version| {
        let mut event = Event::new("Account.a", version, "Booked", &json!({ "cents": 1 })).unwrap();
        event.timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        event
    };
    for versions in [4..6, 6..7] {
        let commit = Commit::new(versions.map(event)).unwrap();
        opened.append(commit).await.unwrap();
    }
    drop(opened);
    let answer = ends(0, &["projections", "lag", "--store", &store, "--json"]);
    let row = &rows(&answer.out)[0];
    assert_eq!(
        (
            &row["name"],
            &row["position"],
            &row["commits"],
            &row["events"]
        ),
        (&json!("Totals"), &json!(3), &json!(2), &json!(3))
    );
    assert!(row["seconds"].as_f64() > Some(86_400.0), "{row}");
    let answer = ends(0, &["projections", "lag", "--store", &store]);
    assert!(
        answer.out.contains("2 commits         3 events") && answer.out.contains("Totals"),
        "{}",
        answer.out
    );
    assert!(answer.err.contains("ends at position 5"), "{}", answer.err);
    let other = [
        "projections",
        "lag",
        "--store",
        &store,
        "--projection",
        "Other",
    ];
    assert!(ends(0, &other).err.contains("no projection is kept"));
}

#[tokio::test]
async fn nothing_is_ordered_unless_it_is_said_and_what_is_ordered_can_be_taken_back() {
    let room = Room::new();
    let store = booked(&room).await;
    let before = listed(&store);
    assert_eq!(
        (&before["generation"], &before["position"], &before["lag"]),
        (&json!(0), &json!(3), &json!(0))
    );
    let rebuild = ["projections", "rebuild", "Totals", "--store", &store];
    let answer = ends(2, &rebuild);
    assert!(
        answer.err.contains("nothing was ordered") && answer.err.contains("to do: say `--yes`"),
        "{}",
        answer.err
    );
    assert_eq!(listed(&store), before, "nothing is ordered");
    let unknown = [
        "projections",
        "rebuild",
        "Nobody",
        "--yes",
        "--store",
        &store,
    ];
    let answer = ends(2, &unknown);
    assert!(
        answer.err.contains("no projection `Nobody` is kept"),
        "{}",
        answer.err
    );

    let told = rows(&ends(0, &[&rebuild[..], &["--yes", "--json"]].concat()).out);
    assert_eq!(
        told,
        [json!({ "name": "Totals", "generation": 1, "done": false })]
    );
    assert_eq!(
        listed(&store)["rebuild"],
        json!({ "generation": 1, "position": 0, "failure": null })
    );
    ends(0, &["projections", "cancel", "Totals", "--store", &store]);
    assert_eq!(listed(&store), before, "it is taken back");
}

#[tokio::test]
async fn what_is_ordered_of_a_folder_is_built_when_a_runtime_runs() {
    let room = Room::new();
    let store = booked(&room).await;
    let rebuild = [
        "projections",
        "rebuild",
        "Totals",
        "--yes",
        "--store",
        &store,
    ];
    let answer = ends(0, &rebuild);
    assert!(
        answer.err.contains("built when a runtime runs it"),
        "{}",
        answer.err
    );
    let aether = running(open(&room.path("books")).await).await;
    let built = async {
        while aether.projections()[0].generation < 1 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(20), built).await.unwrap();
    aether.shutdown().await;
    drop(aether);
    let after = listed(&store);
    assert_eq!(after["rebuild"], Value::Null);
    assert_eq!(after["generation"], json!(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_server_it_waits_until_others_have_built_it() {
    let server = NatsServer::start().await;
    let url = server.url();
    let store = on_server("default").connect(&url).await.unwrap();
    let aether = running(store).await;
    book(&aether, 3).await;
    aether.shutdown().await;
    let store = on_server("default").connect(&url).await.unwrap();
    let aether = running(store).await;
    aether.settled().await.unwrap();
    let rebuild = ["projections", "rebuild", "Totals", "--yes", "--store", &url];
    let told = rows(&ends(0, &[&rebuild[..], &["--json"]].concat()).out);
    assert_eq!(
        told,
        [json!({ "name": "Totals", "generation": 1, "done": true })]
    );
    assert_eq!(aether.read::<Totals>().await.unwrap().cents, 6);
    let answer = ends(0, &rebuild);
    assert!(
        answer.err.contains("`Totals`: it is built anew"),
        "{}",
        answer.err
    );
    aether.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_server_it_tells_that_others_could_not_build_it() {
    let server = NatsServer::start().await;
    let url = server.url();
    let store = on_server("default").connect(&url).await.unwrap();
    let aether = running(store.clone()).await;
    book(&aether, 3).await;
    aether.shutdown().await;
    let aether = running(store.clone()).await;
    aether.settled().await.unwrap();
    let bad = Event::new("Account.z", 1, "Booked", &"not an amount").unwrap();
    store.append(Commit::new([bad]).unwrap()).await.unwrap();
    let rebuild = ["projections", "rebuild", "Totals", "--yes", "--store", &url];
    let answer = ends(1, &rebuild);
    let why = "`Totals` anew, and what was kept before is still there: event 1 of `Account.z`";
    assert!(answer.err.contains(why), "{}", answer.err);
    let answer = ends(0, &["projections", "list", "--store", &url]);
    assert!(
        answer.out.contains("could not be built anew: event 1 of"),
        "{}",
        answer.out
    );
    aether.shutdown().await;
}

#[tokio::test]
async fn ctrl_c_ends_the_waiting_and_the_order_stands() {
    let server = NatsServer::start().await;
    let url = server.url();
    let store = on_server("default").connect(&url).await.unwrap();
    let aether = running(store).await;
    book(&aether, 3).await;
    aether.shutdown().await;
    let mut waiting = command(&["projections", "rebuild", "Totals", "--yes", "--store", &url])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(waiting.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    assert!(line.contains("built by the runtimes that run it"), "{line}");
    let pid = waiting.id().to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(sent.success());
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    assert_eq!(waiting.wait().unwrap().code(), Some(130));
    assert!(rest.contains("the order stands"), "{rest}");
    assert_eq!(listed(&url)["rebuild"]["generation"], json!(1));
}

//! Every order is in the database once: whoever is killed, and however many write.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use aether::{
    Aether, Commit, EmbeddedEventStore, Event, EventStore as _, EventStoreExt as _,
    InMemoryEventStore, JetStreamEventStore, Position, Store, Transaction,
    runtime::{
        ReadError, StartError,
        projections::{Keeping, ProjectionStore as _, Side},
    },
};
use aether_orders_in_sqlite::{OrderPlaced, Ordering, PlaceOrder, Placed, SqliteTotals, Totals};
use aether_tests::harness::NatsServer;

async fn running<const VERSION: u32>(store: impl Store, totals: &SqliteTotals<VERSION>) -> Aether {
    Aether::builder()
        .store(store)
        .context::<Ordering>()
        .projection_store(totals.clone())
        .start()
        .await
        .unwrap()
}

fn place(order: u64) -> PlaceOrder {
    PlaceOrder {
        order,
        customer: format!("customer-{}", order % 7),
        cents: 1,
    }
}

/// What the log says.
async fn expected(store: &impl Store) -> BTreeMap<String, Placed> {
    let mut expected = BTreeMap::<String, Placed>::new();
    for recorded in store.log(Position::START).await.unwrap() {
        for event in recorded.commit.events() {
            let event = event.data.decode::<OrderPlaced>().unwrap();
            let placed = expected.entry(event.customer).or_default();
            placed.orders += 1;
            placed.cents += event.cents;
        }
    }
    expected
}

/// The database says what the log says.
async fn assert_equal<const VERSION: u32>(store: &impl Store, totals: &SqliteTotals<VERSION>) {
    for (customer, placed) in expected(store).await {
        assert_eq!(totals.of(&customer).await.unwrap(), placed, "{customer}");
    }
}

/// The program, as it takes orders.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// The server keeps the log, the folder the database.
    fn start(folder: &Path, server: &str, build: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_orders-in-sqlite"))
            .arg(folder)
            .args([server, build])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Waits until it has told of so many pieces of work, each of which was in the database.
    fn tells(&mut self, times: usize) {
        for told in 0..times {
            let line = self.lines.next();
            let status = self.child.try_wait();
            assert!(line.is_some(), "it ended after {told} lines: {status:?}");
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Stores so many orders.
async fn fill(server: &str, orders: u64) {
    let store = JetStreamEventStore::connect(server).await.unwrap();
    let numbers: Vec<u64> = (1..=orders).collect();
    for some in numbers.chunks(500) {
        let commits = some.iter().map(|number| {
            let placed = OrderPlaced {
                customer: format!("customer-{}", number % 7),
                cents: 1,
            };
            let event = Event::new(format!("Order.{number}"), 1, "OrderPlaced", &placed);
            Commit::new([event.unwrap()]).unwrap()
        });
        let transaction = Transaction::new(commits).unwrap();
        store.transact(transaction).await.unwrap();
    }
}

/// Does something with programs, which must not take for ever.
async fn in_time(work: impl FnOnce() + Send + 'static) {
    let working = tokio::task::spawn_blocking(work);
    let done = tokio::time::timeout(Duration::from_mins(2), working).await;
    // Threads that wait for a program end with it; this process ends with the panic.
    done.unwrap().unwrap();
}

/// The database says what the log on a server says, once someone has read on.
async fn assert_whole<const VERSION: u32>(folder: &Path, server: &str) {
    let store = JetStreamEventStore::connect(server).await.unwrap();
    let totals: SqliteTotals<VERSION> = SqliteTotals::open(&folder.join("totals.db")).unwrap();
    let aether = running(store.clone(), &totals).await;
    aether.settled().await.unwrap();
    assert_equal(&store, &totals).await;
    aether.shutdown().await;
}

/// Starts the program, kills it (-9) when it has taken so many orders, and says how many it told of.
fn kill_after(folder: &Path, orders: u64) -> u64 {
    let mut program = Command::new(env!("CARGO_BIN_EXE_orders-in-sqlite"))
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut taken = 0;
    for line in lines.map_while(Result::ok) {
        taken = line.split(':').next().unwrap().parse().unwrap();
        if taken >= orders {
            break;
        }
    }
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(taken >= orders, "it ended by itself after {taken}");
    taken
}

#[tokio::test]
async fn killed_again_and_again_the_database_has_every_order_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut taken, mut behind) = (0, 0);
    for more in [50, 350, 100, 450, 150, 400] {
        taken = kill_after(folder.path(), taken + more);
        let store = EmbeddedEventStore::open(&folder.path().join("log"))
            .await
            .unwrap();
        let totals: SqliteTotals = SqliteTotals::open(&folder.path().join("totals.db")).unwrap();
        let head = store.head().await.unwrap();
        let bookmark = totals.bookmark(Side::Live).await.unwrap().unwrap();
        assert!(bookmark.position <= head, "{bookmark} of {head}");
        behind += u64::from(bookmark.position < head);
        // What lies behind the bookmark is in it, and nothing else.
        let orders: i64 = {
            let mut sum = 0;
            for customer in 0..7 {
                sum += totals
                    .of(&format!("customer-{customer}"))
                    .await
                    .unwrap()
                    .orders;
            }
            sum
        };
        assert_eq!(u64::try_from(orders).unwrap(), bookmark.position.as_u64());
        let aether = running(store.clone(), &totals).await;
        aether.wait_for::<Totals>(head).await.unwrap();
        assert_equal(&store, &totals).await;
        aether.shutdown().await;
    }
    println!("the log was ahead of the database at {behind} of 6 kills");
}

#[tokio::test]
async fn two_processes_write_at_once_and_build_anew_and_none_waits_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let server = NatsServer::start().await;
    let (place, at) = (folder.path().to_owned(), server.url());
    in_time(move || {
        let mut one = Program::start(&place, &at, "1");
        let mut two = Program::start(&place, &at, "1");
        for _ in 0..3 {
            one.tells(5);
            two.tells(5);
            // One is killed wherever it is; the other goes on, whatever the first had begun.
            drop(std::mem::replace(
                &mut one,
                Program::start(&place, &at, "1"),
            ));
        }
        one.tells(1);
    })
    .await;
    assert_whole::<1>(folder.path(), &server.url()).await;
}

#[tokio::test]
async fn two_processes_of_a_later_build_that_start_at_once_take_over_together() {
    let folder = tempfile::tempdir().unwrap();
    let server = NatsServer::start().await;
    let (place, at) = (folder.path().to_owned(), server.url());
    // More than is read at once.
    fill(&at, 4_000).await;
    in_time(move || {
        let mut before = Program::start(&place, &at, "1");
        before.tells(1);
        let mut later: Vec<_> = (0..2).map(|_| Program::start(&place, &at, "2")).collect();
        drop(before);
        for program in &mut later {
            program.tells(3);
        }
    })
    .await;
    assert_whole::<2>(folder.path(), &server.url()).await;
}

#[tokio::test]
async fn what_another_version_has_built_is_built_anew_and_read_until_then() {
    let folder = tempfile::tempdir().unwrap();
    let (store, path) = (InMemoryEventStore::new(), folder.path().join("totals.db"));
    let first: SqliteTotals<1> = SqliteTotals::open(&path).unwrap();
    let aether = running(store.clone(), &first).await;
    for order in 0..50 {
        aether.send(place(order)).await.unwrap();
    }
    aether.settled().await.unwrap();
    let before = first.bookmark(Side::Live).await.unwrap().unwrap();

    let second: SqliteTotals<2> = SqliteTotals::open(&path).unwrap();
    let since = running(store.clone(), &second).await;
    since.wait_for::<Totals>(before.position).await.unwrap();
    let after = second.bookmark(Side::Live).await.unwrap().unwrap();
    assert_ne!(after.schema, before.schema);
    assert_eq!(second.bookmark(Side::Beside).await.unwrap(), None);
    since.send(place(50)).wait_for::<Totals>().await.unwrap();
    assert_equal(&store, &second).await;

    // The build before sees that it has been replaced, and writes nothing any more.
    let err = aether
        .send(place(51))
        .wait_for::<Totals>()
        .await
        .unwrap_err();
    assert!(
        matches!(&err, aether::runtime::CommandError::Unprojected { source, .. }
            if source.to_string().contains("another build")),
        "{err:?}"
    );
    since.settled().await.unwrap();
    assert_equal(&store, &second).await;
}

#[tokio::test]
async fn an_event_that_cannot_be_read_halts_it_behind_all_that_came_before() {
    let folder = tempfile::tempdir().unwrap();
    let store = InMemoryEventStore::new();
    let totals: SqliteTotals = SqliteTotals::open(&folder.path().join("totals.db")).unwrap();
    for number in 1..=3 {
        let placed = OrderPlaced {
            customer: "ada".to_owned(),
            cents: number,
        };
        let event = Event::new(format!("Order.{number}"), 1, "OrderPlaced", &placed).unwrap();
        store.save(event).await.unwrap();
    }
    let bad = Event::new("Order.4", 1, "OrderPlaced", &"no order").unwrap();
    store.save(bad).await.unwrap();
    let aether = running(store.clone(), &totals).await;
    let head = store.head().await.unwrap();
    let err = aether.wait_for::<Totals>(head).await.unwrap_err();
    assert!(matches!(err, ReadError::Halted { .. }), "{err:?}");
    let (orders, cents) = (3, 6);
    assert_eq!(totals.of("ada").await.unwrap(), Placed { orders, cents });
    assert_eq!(aether.projections()[0].keeping, Keeping::Elsewhere);
    let err = aether.read::<Totals>().await.unwrap_err();
    assert!(matches!(err, ReadError::Elsewhere { .. }), "{err:?}");
}

#[tokio::test]
async fn when_someone_is_forgotten_the_tables_are_filled_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (store, path) = (InMemoryEventStore::new(), folder.path().join("totals.db"));
    let totals: SqliteTotals = SqliteTotals::open(&path).unwrap();
    let aether = running(store.clone(), &totals).await;
    aether.send(place(1)).wait_for::<Totals>().await.unwrap();
    let database = rusqlite::Connection::open(&path).unwrap();
    let stale = "INSERT INTO totals_live VALUES ('somebody', 1, 1)";
    database.execute(stale, ()).unwrap();
    assert_eq!(totals.of("somebody").await.unwrap().orders, 1);
    let fact = BTreeMap::from([("subject", "somebody")]);
    let fact = Event::new("$forgotten.somebody", 1, "SubjectForgotten", &fact).unwrap();
    let position = store.save(fact).await.unwrap().position;
    let waiting = aether.wait_for::<Totals>(position);
    let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    waited.expect("it is filled within 30 seconds").unwrap();
    assert_eq!(totals.of("somebody").await.unwrap(), Placed::default());
    assert_eq!(totals.of("customer-1").await.unwrap().orders, 1);
}

#[tokio::test]
async fn a_store_for_what_no_context_lists_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let totals: SqliteTotals = SqliteTotals::open(&folder.path().join("totals.db")).unwrap();
    let builder = Aether::builder()
        .store(InMemoryEventStore::new())
        .projection_store(totals);
    let err = builder.start().await.unwrap_err();
    assert!(
        matches!(err, StartError::UnknownProjection { .. }),
        "{err:?}"
    );
}

//! What the runtime measures, and that all of it is in the list.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use aether::{
    CommandId, InMemoryEventStore,
    bus::LocalEventBus,
    runtime::{ActorOptions, Aether},
};
use aether_tests::{
    crash::tally::{self, Tally},
    harness::NatsServer,
};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use tokio::time::{sleep, timeout};

use crate::{
    cluster_meters,
    meters::{Gauging, Metering, Ring, measure},
    processes::Entrance,
    shop::{CountSeat, Seating, Selling, ticket},
};

/// A metric as it was registered: its kind and the names of its labels.
pub(crate) type Kind = (&'static str, BTreeSet<String>);

#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
pub(crate) struct Kept {
    registered: BTreeMap<String, Kind>,
    described: BTreeSet<String>,
    counts: BTreeMap<String, Arc<Count>>,
}

#[derive(Debug, Default)]
struct Count(Mutex<Vec<f64>>);

impl Count {
    fn push(&self, value: f64) {
        self.0.lock().unwrap().push(value);
    }
}

impl CounterFn for Count {
    fn increment(&self, value: u64) {
        self.push(u32::try_from(value).unwrap().into());
    }

    fn absolute(&self, _value: u64) {}
}

impl GaugeFn for Count {
    fn increment(&self, _value: f64) {}

    fn decrement(&self, _value: f64) {}

    fn set(&self, value: f64) {
        self.push(value);
    }
}

impl HistogramFn for Count {
    fn record(&self, value: f64) {
        self.push(value);
    }
}

impl Ledger {
    fn register(&self, key: &Key, kind: &'static str) -> Arc<Count> {
        let mut kept = self.0.lock().unwrap();
        let labels = key.labels().map(|label| label.key().to_owned()).collect();
        let name = key.name().to_owned();
        let before = kept.registered.insert(name, (kind, labels));
        drop(before);
        let values: Vec<_> = key.labels().map(|label| label.value().to_owned()).collect();
        let full = format!("{} {}", key.name(), values.join(" "));
        let count = kept.counts.entry(full.trim_end().to_owned()).or_default();
        Arc::clone(count)
    }

    fn describe(&self, name: &KeyName) {
        let mut kept = self.0.lock().unwrap();
        kept.described.insert(name.as_str().to_owned());
    }

    /// All that was counted, or measured, or said last.
    pub(crate) fn values(&self, name: &str) -> Vec<f64> {
        let kept = self.0.lock().unwrap();
        let count = kept.counts.get(name);
        assert!(count.is_some(), "`{name}` among {:?}", kept.counts.keys());
        count.unwrap().0.lock().unwrap().clone()
    }

    /// What was said last.
    pub(crate) fn last(&self, name: &str) -> f64 {
        self.values(name).pop().unwrap()
    }

    /// Waits until a value is said, or was.
    pub(crate) async fn comes_to(&self, name: &str, value: f64) {
        let coming = async {
            while !self.values(name).contains(&value) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        let come = timeout(Duration::from_secs(20), coming).await;
        assert!(come.is_ok(), "{name}: {:?}", self.values(name));
    }

    pub(crate) fn sum(&self, name: &str) -> f64 {
        self.values(name).iter().sum()
    }
}

impl Recorder for Ledger {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&key);
    }

    fn describe_gauge(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&key);
    }

    fn describe_histogram(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&key);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.register(key, "counter"))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.register(key, "gauge"))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.register(key, "histogram"))
    }
}

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The list, as it is written for people.
pub(crate) fn listed() -> BTreeMap<String, Kind> {
    let text = fs::read_to_string(root().join("docs/metrics.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `aether_"));
    let kinds = ["counter", "gauge", "histogram"];
    let rows = rows.map(|row| {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let mut next = || cells.next().unwrap();
        let (name, kind, labels) = (next().trim_matches('`'), next(), next());
        let kind = *kinds.iter().find(|it| **it == kind).unwrap();
        let labels = labels.split(", ").filter(|label| !label.is_empty());
        let labels = labels.map(|label| label.trim_matches('`').to_owned());
        (name.to_owned(), (kind, labels.collect()))
    });
    rows.collect()
}

/// The names of metrics in the sources: what is first in a call that registers or describes one.
fn named(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named(&path, names);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for kind in ["counter!(", "gauge!(", "histogram!("] {
            let called = text.split(kind).skip(1);
            let name = |rest: &str| {
                Some(
                    rest.trim_start()
                        .strip_prefix('"')?
                        .split_once('"')?
                        .0
                        .to_owned(),
                )
            };
            names.extend(called.filter_map(name));
        }
    }
}

#[expect(
    clippy::future_not_send,
    reason = "a recorder is local to its thread, and so is the test"
)]
async fn started() -> (Aether, Ledger) {
    let ledger = Ledger::default();
    let guard = metrics::set_default_local_recorder(&ledger);
    drop(LocalEventBus::new());
    let (subscription, mut tally) = (
        tally::subscription(InMemoryEventStore::new()),
        Tally::default(),
    );
    subscription.run(&mut tally, async {}).await.unwrap();
    let builder = Aether::builder()
        .store(InMemoryEventStore::new())
        .actors(ActorOptions::new().count(4))
        .context::<Selling>()
        .context::<Seating>()
        .context::<Metering>()
        .context::<Entrance>();
    let aether = builder.start().await.unwrap();
    drop(guard);
    (aether, ledger)
}

#[tokio::test]
async fn the_list_has_what_is_registered_and_nothing_else() {
    let (_aether, ledger) = started().await;
    let server = NatsServer::shared().await;
    drop(cluster_meters::join(&server, "one", Some(&ledger)).await);
    let kept = ledger.0.lock().unwrap();
    assert_eq!(kept.registered, listed());
    let described: BTreeSet<_> = kept.registered.keys().cloned().collect();
    assert_eq!(kept.described, described, "each says what it is");
    drop(kept);
    let mut names = BTreeSet::new();
    named(&root().join("aether/src"), &mut names);
    assert_eq!(names, described, "what the sources name");
}

#[tokio::test]
async fn what_happens_is_measured() {
    let (aether, ledger) = started().await;
    for _ in 0..5 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    aether.send(measure("a", 0)).await.unwrap_err();
    let id = CommandId::new();
    for _ in 0..2 {
        aether.send(measure("a", 1)).with_id(id).await.unwrap();
    }
    let hall = "2".to_owned();
    aether.send(CountSeat { hall, by: 0 }).await.unwrap();
    for key in 0..20 {
        aether.send(measure(&key.to_string(), 1)).await.unwrap();
    }
    aether.send(ticket("x")).await.unwrap();
    let bell = "b".to_owned();
    aether.send(Ring { bell }).await.unwrap();
    let head = aether.settled().await.unwrap().as_u64();

    let sum = |name: &str| ledger.sum(name);
    assert_eq!(sum("aether_commands_total Measure stored"), 27.0);
    assert_eq!(sum("aether_commands_total Measure refused"), 1.0);
    assert_eq!(sum("aether_commands_total Measure repeated"), 1.0);
    assert_eq!(sum("aether_commands_total CountSeat nothing"), 1.0);
    let durations = ledger.values("aether_command_duration_seconds Measure");
    assert_eq!(durations.len(), 29);
    assert!(durations.iter().all(|took| *took > 0.0));
    assert_eq!(sum("aether_command_searches_total found"), 1.0);
    assert_eq!(sum("aether_command_searches_total absent"), 1.0);
    assert_eq!(sum("aether_actor_cache_lookups_total hit"), 7.0);
    let misses = sum("aether_actor_cache_lookups_total miss");
    let loads = ledger.values("aether_actor_load_seconds").len();
    assert_eq!((misses, loads), (26.0, 26));
    assert!(sum("aether_actor_cache_evictions_total room") >= 20.0);
    let positions = ledger.values("aether_follower_position policy CountRings");
    assert_eq!(
        positions.last(),
        Some(&f64::from(u32::try_from(head).unwrap()))
    );
    assert_eq!(sum("aether_follower_refused_total policy CountRings"), 0.0);
    let appends = ledger.values("aether_append_seconds").len();
    assert_eq!(
        sum("aether_appends_total stored"),
        f64::from(u32::try_from(appends).unwrap())
    );
    assert!(appends >= 27, "{appends}");
}

#[tokio::test]
async fn without_a_recorder_nothing_is_measured_and_all_works() {
    let builder = Aether::builder().store(InMemoryEventStore::new());
    let aether = builder.context::<Gauging>().start().await.unwrap();
    aether.send(measure("a", 1)).await.unwrap();
}

//! What an exporter makes of the metrics is what Prometheus reads, and the dashboard shows it.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::Write as _,
    process::{Command, Stdio},
};

use aether::{InMemoryEventStore, bus::LocalEventBus, runtime::Aether};
use aether_tests::{
    crash::tally::{self, Tally},
    harness::NatsServer,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::Value;

use crate::{
    cluster_meters,
    meters::{Metering, Ring, measure},
    metrics::{listed, root},
    processes::Entrance,
    shop::{Seating, Selling, ticket},
};

/// The program that judges, if it is asked: `make test-outputs` does.
const PROMTOOL: &str = "AETHER_PROMTOOL";

/// As `docs/observability.md` has it.
const BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

#[expect(
    clippy::future_not_send,
    reason = "a recorder is local to its thread, and so is the test"
)]
async fn started() -> (Aether, PrometheusHandle) {
    let builder = PrometheusBuilder::new();
    let buckets = Matcher::Suffix("_seconds".to_owned());
    let builder = builder.set_buckets_for_metric(buckets, &BUCKETS).unwrap();
    let recorder = builder.build_recorder();
    let guard = metrics::set_default_local_recorder(&recorder);
    drop(LocalEventBus::new());
    let (subscription, mut tally) = (
        tally::subscription(InMemoryEventStore::new()),
        Tally::default(),
    );
    subscription.run(&mut tally, async {}).await.unwrap();
    let builder = Aether::builder()
        .store(InMemoryEventStore::new())
        .context::<Selling>()
        .context::<Seating>()
        .context::<Metering>()
        .context::<Entrance>();
    let aether = builder.start().await.unwrap();
    drop(guard);
    let server = NatsServer::shared().await;
    drop(cluster_meters::join(&server, "one", Some(&recorder)).await);
    (aether, recorder.handle())
}

/// A metric family as the text has it: its type and its samples.
#[derive(Debug, Default)]
struct Family {
    has_help: bool,
    kind: String,
    samples: Vec<(String, f64)>,
}

/// Reads the text format of Prometheus, and refuses whatever is not quite right in it.
fn families(text: &str) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, said) = help.split_once(' ').expect("a help says something");
            assert!(!said.is_empty(), "{line}");
            families.entry(name.to_owned()).or_default().has_help = true;
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a type says which");
            let family = families.entry(name.to_owned()).or_default();
            assert!(
                family.kind.is_empty() && family.samples.is_empty(),
                "twice: {line}"
            );
            kind.clone_into(&mut family.kind);
        } else {
            let (series, value) = line.rsplit_once(' ').expect("a sample has a value");
            let value: f64 = value.parse().expect("a value is a number");
            let name = series.split('{').next().unwrap();
            let labels = &series[name.len()..];
            assert!(labels.is_empty() || labels.ends_with("\"}"), "{line}");
            let family = families.iter_mut().find(|(of, family)| {
                let suffix = name.strip_prefix(of.as_str());
                match family.kind.as_str() {
                    "histogram" => matches!(suffix, Some("_bucket" | "_sum" | "_count")),
                    _ => suffix == Some(""),
                }
            });
            assert!(family.is_some(), "of no family: {line}");
            let (_, family) = family.unwrap();
            family.samples.push((series.to_owned(), value));
        }
    }
    families
}

#[tokio::test]
async fn what_is_exported_is_what_prometheus_reads() {
    let (aether, exporter) = started().await;
    for _ in 0..5 {
        aether.send(measure("a", 1)).await.unwrap();
    }
    aether.send(ticket("x")).await.unwrap();
    let bell = "b".to_owned();
    aether.send(Ring { bell }).await.unwrap();
    aether.settled().await.unwrap();
    let text = exporter.render();
    let families = families(&text);
    for (name, (kind, _)) in listed() {
        let Some(family) = families.get(&name) else {
            assert_eq!(kind, "histogram", "`{name}` is not exported:\n{text}");
            // Without a value it is not exported.
            continue;
        };
        assert!(family.has_help, "`{name}` does not say what it is");
        assert_eq!(
            (family.kind.as_str(), family.samples.is_empty()),
            (kind, false),
            "{name}"
        );
    }
    let stored = r#"aether_commands_total{command="Measure",outcome="stored"}"#;
    let commands = &families["aether_commands_total"].samples;
    // One more for the ring, which a policy has measured.
    assert!(commands.contains(&(stored.to_owned(), 6.0)), "{commands:?}");
    judge(&text);
}

/// Asks promtool, if one is named.
fn judge(text: &str) {
    let Ok(promtool) = env::var(PROMTOOL) else {
        return;
    };
    let mut judge = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool runs");
    let mut input = judge.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    let said = judge.wait_with_output().unwrap();
    assert!(said.status.success(), "{said:?}\n{text}");
}

fn dashboard() -> Value {
    let text = fs::read_to_string(root().join("docs/grafana.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The queries of a dashboard.
fn queries(dashboard: &Value) -> Vec<&str> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().unwrap());
    targets
        .map(|target| target["expr"].as_str().unwrap())
        .collect()
}

/// The metrics that a query names, with what it does to each.
fn named(query: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '_';
    let words = query.split(|c: char| !is_part(c));
    words.filter(|word| word.starts_with("aether_")).collect()
}

#[test]
fn the_dashboard_shows_what_there_is_and_all_of_it() {
    let (dashboard, listed) = (dashboard(), listed());
    let mut shown = BTreeSet::new();
    for query in queries(&dashboard) {
        for name in named(query) {
            let mut of = ["_bucket", "_sum", "_count"].iter();
            let family = of.find_map(|suffix| name.strip_suffix(suffix));
            let family = family.filter(|it| listed.contains_key(*it)).unwrap_or(name);
            let kind = listed.get(family).map(|(kind, _)| *kind);
            let kind = kind.unwrap_or_else(|| panic!("`{name}` is in no list: {query}"));
            assert_eq!(kind == "histogram", family != name, "{query}");
            let is_rate = query.contains("rate(") || query.contains("increase(");
            assert_eq!(kind == "gauge", !is_rate, "{query}");
            shown.insert(family.to_owned());
        }
        let labels = query
            .split("by (")
            .skip(1)
            .filter_map(|it| it.split(')').next());
        for label in labels.flat_map(|it| it.split(", ")) {
            let known = named(query).iter().any(|name| {
                let family = listed.iter().find(|(it, _)| name.starts_with(it.as_str()));
                family.is_some_and(|(_, (_, labels))| labels.contains(label))
            });
            assert!(known || label == "le", "`{label}` is no label: {query}");
        }
    }
    let all: BTreeSet<_> = listed.into_keys().collect();
    assert_eq!(shown, all, "what the dashboard shows, and what there is");
}

#[test]
fn the_panels_of_the_dashboard_do_not_overlap() {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|it| it["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "each has an id of its own");
    let at = |panel: &Value, side: &str| panel["gridPos"][side].as_u64().unwrap();
    let mut taken = BTreeSet::new();
    for panel in panels {
        for x in at(panel, "x")..at(panel, "x") + at(panel, "w") {
            for y in at(panel, "y")..at(panel, "y") + at(panel, "h") {
                assert!(x < 24 && taken.insert((x, y)), "{}", panel["title"]);
            }
        }
    }
}

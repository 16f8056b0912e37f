use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::Aggregate;

/// What became of snapshots since the runtime was started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SnapshotStatus {
    /// How many were saved.
    pub saved: u64,
    /// How many were not saved since a later one of the same actor was due before.
    pub superseded: u64,
    /// How many were not taken since too many were waiting.
    pub dropped: u64,
    /// How many the store did not take, or could not be written.
    pub failed: u64,
    /// How many are waiting now.
    pub waiting: usize,
    /// How many loads went on from one.
    pub used: u64,
    /// How many were left aside since they are of another build: another shape of the state,
    /// other events, another version.
    pub other_schema: u64,
    /// How many were left aside since they are damaged.
    pub unreadable: u64,
    /// How many were left aside since their last commit is not in the log.
    pub not_in_log: u64,
    /// How many could not be had, for the store did not answer.
    pub unavailable: u64,
    /// The aggregates that say `snapshot`, but are not kept.
    pub unseen: Vec<UnseenState>,
}

/// A state of which no snapshots are taken, for a part of it cannot be looked into.
///
/// `snapshot(trusted, version = 1)` keeps it nevertheless; the version is to be raised when such
/// a part changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnseenState {
    /// The aggregate.
    pub aggregate: &'static str,
    /// Where in its state.
    pub places: Vec<String>,
}

impl UnseenState {
    /// What cannot be looked into of an aggregate that says `snapshot`.
    pub(in crate::runtime) fn of<A: Aggregate>() -> Option<Self> {
        let schema = A::SNAPSHOTS?.schema();
        let places = schema.unseen().to_vec();
        let aggregate = A::META.name.as_str();
        (!places.is_empty()).then_some(Self { aggregate, places })
    }
}

/// Counts what becomes of snapshots, for whoever asks and for the metrics.
pub(super) struct Counters {
    pub(super) saved: Counter,
    pub(super) superseded: Counter,
    pub(super) dropped: Counter,
    pub(super) failed: Counter,
    pub(super) used: Counter,
    pub(super) other_schema: Counter,
    pub(super) unreadable: Counter,
    pub(super) not_in_log: Counter,
    pub(super) unavailable: Counter,
}

pub(super) struct Counter(AtomicU64, metrics::Counter);

impl Counter {
    fn new(outcome: &'static str) -> Self {
        let metric = metrics::counter!("aether_snapshots_total", "outcome" => outcome);
        Self(AtomicU64::new(0), metric)
    }

    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        self.1.increment(1);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(super) fn new() -> Self {
        metrics::describe_counter!(
            "aether_snapshots_total",
            "Snapshots, by what became of them"
        );
        Self {
            saved: Counter::new("saved"),
            superseded: Counter::new("superseded"),
            dropped: Counter::new("dropped"),
            failed: Counter::new("failed"),
            used: Counter::new("used"),
            other_schema: Counter::new("other_schema"),
            unreadable: Counter::new("unreadable"),
            not_in_log: Counter::new("not_in_log"),
            unavailable: Counter::new("unavailable"),
        }
    }

    pub(super) fn status(&self, waiting: usize, unseen: Vec<UnseenState>) -> SnapshotStatus {
        SnapshotStatus {
            saved: self.saved.get(),
            superseded: self.superseded.get(),
            dropped: self.dropped.get(),
            failed: self.failed.get(),
            waiting,
            used: self.used.get(),
            other_schema: self.other_schema.get(),
            unreadable: self.unreadable.get(),
            not_in_log: self.not_in_log.get(),
            unavailable: self.unavailable.get(),
            unseen,
        }
    }
}

use std::sync::atomic::{AtomicU64, Ordering};

/// What a bus has done so far, in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct BusStatus {
    /// How many subscriptions there are.
    pub subscribers: usize,
    /// How many notices were published here.
    pub published: u64,
    /// How many notices came from other processes.
    pub received: u64,
    /// How many notices subscribers have missed because they were too slow, each counted for each
    /// subscriber.
    pub overflowed: u64,
    /// How many notices of others were lost on the way here.
    pub lost: u64,
    /// How many notices were published here and could not be sent to others.
    pub unsent: u64,
}

/// The counts of a bus, as they grow.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) published: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) overflowed: AtomicU64,
    pub(super) lost: AtomicU64,
    pub(super) unsent: AtomicU64,
}

impl Counts {
    pub(super) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn status(&self, subscribers: usize) -> BusStatus {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        BusStatus {
            subscribers,
            published: read(&self.published),
            received: read(&self.received),
            overflowed: read(&self.overflowed),
            lost: read(&self.lost),
            unsent: read(&self.unsent),
        }
    }
}

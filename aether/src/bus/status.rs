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
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) published: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) overflowed: Losses,
    pub(super) lost: Losses,
    pub(super) unsent: Losses,
}

/// A count of notices that did not come to whoever wanted them: those are measured as well.
#[derive(Debug)]
pub(super) struct Losses {
    count: AtomicU64,
    #[cfg(feature = "runtime")]
    meter: metrics::Counter,
}

impl Losses {
    fn new(reason: &'static str) -> Self {
        #[cfg(not(feature = "runtime"))]
        let _ = reason;
        Self {
            count: AtomicU64::new(0),
            #[cfg(feature = "runtime")]
            meter: metrics::counter!("aether_bus_dropped_total", "reason" => reason),
        }
    }

    pub(super) fn add(&self, count: u64) {
        Counts::add(&self.count, count);
        #[cfg(feature = "runtime")]
        self.meter.increment(count);
    }
}

impl Default for Counts {
    fn default() -> Self {
        #[cfg(feature = "runtime")]
        metrics::describe_counter!(
            "aether_bus_dropped_total",
            "Notices that did not come to a subscriber, who was told so, by why"
        );
        Self {
            published: AtomicU64::default(),
            received: AtomicU64::default(),
            overflowed: Losses::new("overflowed"),
            lost: Losses::new("lost"),
            unsent: Losses::new("unsent"),
        }
    }
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
            overflowed: read(&self.overflowed.count),
            lost: read(&self.lost.count),
            unsent: read(&self.unsent.count),
        }
    }
}

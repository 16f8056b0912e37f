use std::time::Duration;

/// When the state of a projection that says `snapshot` is kept.
///
/// State and place in the log are one write, so that a crash costs the reading of what came after
/// it, and nothing is applied twice. What is due is kept between two pieces of the log, and in any
/// case when the runtime is shut down; while it is written, the projection is read and not
/// changed. Keeping takes a tenth of the time at most: a large state is kept less often.
///
/// ```
/// use std::time::Duration;
///
/// use aether::runtime::projections::Saving;
///
/// let saving = Saving::new().every(50_000).or_after(Duration::from_secs(30));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saving {
    pub(super) events: u64,
    pub(super) after: Duration,
}

impl Default for Saving {
    fn default() -> Self {
        Self::new()
    }
}

impl Saving {
    /// After 10,000 events, or five seconds after the first that is not kept.
    pub const fn new() -> Self {
        Self {
            events: 10_000,
            after: Duration::from_secs(5),
        }
    }

    /// After so many events; after each piece of the log if it is one.
    #[must_use]
    pub const fn every(mut self, events: u64) -> Self {
        self.events = events;
        self
    }

    /// So long after the first event that is not kept.
    #[must_use]
    pub const fn or_after(mut self, time: Duration) -> Self {
        self.after = time;
        self
    }
}

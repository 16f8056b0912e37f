use std::time::Duration;

/// What goes wrong between the nodes and the server, and how often: percentages are of requests.
///
/// Whatever goes wrong is something that the contract of
/// [`EventStore`](crate::EventStore) allows, and that a real server does.
///
/// ```
/// use aether::simulation::Faults;
///
/// let bad_network = Faults::usual().lost(10).stale(50);
/// # drop(bad_network);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "give it to a server or a simulation"]
pub struct Faults {
    pub(super) delay: Duration,
    pub(super) slow: u8,
    pub(super) lost: u8,
    pub(super) repeated: u8,
    pub(super) refused: u8,
    pub(super) stale: u8,
    pub(super) broken: u8,
    pub(super) attempt: Duration,
    pub(super) patience: Duration,
}

impl Faults {
    /// How long a slow request or answer takes, at the most.
    pub(super) const SLOWEST: Duration = Duration::from_secs(3);

    /// Nothing goes wrong, and nothing takes any time.
    pub const fn none() -> Self {
        Self {
            delay: Duration::ZERO,
            slow: 0,
            lost: 0,
            repeated: 0,
            refused: 0,
            stale: 0,
            broken: 0,
            attempt: Duration::from_secs(1),
            patience: Duration::from_secs(5),
        }
    }

    /// A little of everything.
    pub const fn usual() -> Self {
        Self {
            delay: Duration::from_millis(8),
            slow: 1,
            lost: 2,
            repeated: 3,
            refused: 1,
            stale: 20,
            broken: 2,
            attempt: Duration::from_secs(1),
            patience: Duration::from_secs(5),
        }
    }

    /// Requests and answers take up to so long each, and overtake each other.
    pub const fn delay(mut self, most: Duration) -> Self {
        self.delay = most;
        self
    }

    /// So many take up to three seconds.
    pub const fn slow(mut self, percent: u8) -> Self {
        self.slow = percent;
        self
    }

    /// So many requests never arrive, and as many answers. What was asked to be stored may be
    /// stored, then, and nobody is told.
    pub const fn lost(mut self, percent: u8) -> Self {
        self.lost = percent;
        self
    }

    /// So many requests arrive a second time, later.
    pub const fn repeated(mut self, percent: u8) -> Self {
        self.repeated = percent;
        self
    }

    /// So many requests find nobody who would answer, and are told so at once.
    pub const fn refused(mut self, percent: u8) -> Self {
        self.refused = percent;
        self
    }

    /// So many reads of an actor do not see the last commits of others.
    pub const fn stale(mut self, percent: u8) -> Self {
        self.stale = percent;
        self
    }

    /// So many times a follower of the log is cut off after a commit.
    pub const fn broken(mut self, percent: u8) -> Self {
        self.broken = percent;
        self
    }

    /// A store waits for so long for an answer before it asks again.
    pub const fn attempt(mut self, patience: Duration) -> Self {
        self.attempt = patience;
        self
    }

    /// A store asks again for so long, before it says that something is in doubt or that the
    /// server is out of reach.
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Whether requests arrive at once, and for certain.
    pub(super) const fn are_none(&self) -> bool {
        self.delay.is_zero()
            && self.slow == 0
            && self.lost == 0
            && self.repeated == 0
            && self.refused == 0
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self::usual()
    }
}

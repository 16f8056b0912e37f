use std::time::Duration;

/// What goes wrong by itself between clients and servers: percentages are of messages.
///
/// What a connection carries stays in order, and arrives as long as the connection lives: so it is
/// with TCP. What befalls a connection or a server as a whole is told to
/// [`NatsDouble`](super::NatsDouble).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "give it to servers"]
pub struct NatsFaults {
    pub(super) delay: Duration,
    pub(super) slow: u8,
    pub(super) lost_acks: u8,
    pub(super) stale: u8,
}

impl NatsFaults {
    /// How long a slow message takes, at the most.
    pub(super) const SLOWEST: Duration = Duration::from_millis(300);

    /// Nothing goes wrong, and nothing takes any time.
    pub const fn none() -> Self {
        Self {
            delay: Duration::ZERO,
            slow: 0,
            lost_acks: 0,
            stale: 0,
        }
    }

    /// A little of everything.
    pub const fn usual() -> Self {
        Self {
            delay: Duration::from_millis(2),
            slow: 1,
            lost_acks: 2,
            stale: 30,
        }
    }

    /// A message takes up to so long from a client to its server, as long from a server to a client,
    /// and as long until the replicas of a stream have it.
    pub const fn delay(mut self, most: Duration) -> Self {
        self.delay = most;
        self
    }

    /// So many messages take up to 300 milliseconds, and hold up what comes behind them.
    pub const fn slow(mut self, percent: u8) -> Self {
        self.slow = percent;
        self
    }

    /// So many answers of `JetStream` are lost: to what was to be stored, and to questions.
    pub const fn lost_acks(mut self, percent: u8) -> Self {
        self.lost_acks = percent;
        self
    }

    /// So many direct reads of a stream with replicas come from one that is behind.
    pub const fn stale(mut self, percent: u8) -> Self {
        self.stale = percent;
        self
    }
}

impl Default for NatsFaults {
    fn default() -> Self {
        Self::none()
    }
}

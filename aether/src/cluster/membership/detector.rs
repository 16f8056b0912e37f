use std::time::Duration;

use crate::cluster::Monotonic;

/// Says how long a process may be silent.
pub trait FailureDetector {
    /// There was a sign of life at this moment. The first one comes before anything is asked.
    fn heard(&mut self, now: Monotonic);

    /// From when on the process is taken for dead, if there is no sign of life until then.
    fn fails_at(&self) -> Monotonic;
}

/// Bears silence for a fixed time.
///
/// With all heartbeats going through the same servers, one that learns from their jitter learns
/// that of the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedTimeout {
    limit: Duration,
    heard: Monotonic,
}

impl FixedTimeout {
    /// Bears silence for so long.
    pub const fn new(limit: Duration) -> Self {
        let heard = Monotonic::ORIGIN;
        Self { limit, heard }
    }
}

impl Default for FixedTimeout {
    /// Bears silence for a second.
    fn default() -> Self {
        Self::new(Duration::from_secs(1))
    }
}

impl FailureDetector for FixedTimeout {
    fn heard(&mut self, now: Monotonic) {
        self.heard = self.heard.max(now);
    }

    fn fails_at(&self) -> Monotonic {
        self.heard + self.limit
    }
}

use std::time::Duration;

/// How long a lease lasts, and when its holder renews it and stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseTiming {
    lease: Duration,
    stop: Duration,
    renew: Duration,
}

/// Says that with such times two might lead at once, or nobody for long.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a holder that renews every {renew:?} and stops after {stop:?} does not keep a lease of \
     {lease:?}: renew at most half as long as stop, and stop before the lease ends"
)]
pub struct InvalidLeaseTiming {
    /// How long the others wait.
    pub lease: Duration,
    /// When the holder stops.
    pub stop: Duration,
    /// How often it renews.
    pub renew: Duration,
}

impl LeaseTiming {
    /// The others wait for `lease` after the last write that they saw; the holder stops `stop`
    /// after it sent its last good one, and writes every `renew`.
    ///
    /// # Errors
    /// `renew` is zero or more than half of `stop`, or `stop` is not less than `lease`.
    pub fn new(
        lease: Duration,
        stop: Duration,
        renew: Duration,
    ) -> Result<Self, InvalidLeaseTiming> {
        if renew.is_zero() || renew.saturating_mul(2) > stop || stop >= lease {
            return Err(InvalidLeaseTiming { lease, stop, renew });
        }
        Ok(Self { lease, stop, renew })
    }

    /// How long another process waits after the last write that it saw.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// How long after sending its last good write the holder stops.
    pub fn stop(&self) -> Duration {
        self.stop
    }

    /// How often the holder writes.
    pub fn renew(&self) -> Duration {
        self.renew
    }

    /// How much faster one clock may run than another, 0.5 being half again as fast, before two
    /// processes can hold the lease at once.
    pub fn clock_tolerance(&self) -> f64 {
        self.lease.as_secs_f64() / self.stop.as_secs_f64() - 1.0
    }

    /// How long an answer is waited for, before the key is read instead.
    pub fn answer_within(&self) -> Duration {
        self.renew / 2
    }

    /// How long nothing is asked after a failure.
    pub(super) fn pause(&self) -> Duration {
        self.renew / 4
    }

    /// How often the key is read if nothing is heard of it.
    pub(super) fn look(&self) -> Duration {
        self.renew * 2
    }
}

impl Default for LeaseTiming {
    /// A lease of 4 s, stopped at after 2.6 s, renewed every second.
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(4),
            stop: Duration::from_millis(2_600),
            renew: Duration::from_secs(1),
        }
    }
}

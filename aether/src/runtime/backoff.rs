use std::time::Duration;

/// How long to wait before the next attempt: twice as long each time, up to a limit.
///
/// The jitter comes from a seed, not from a random source, so that a run can be repeated.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    seed: u64,
    attempt: u32,
    first: Duration,
    limit: Duration,
}

impl Backoff {
    /// Between attempts to decide again after a conflict.
    pub(crate) const fn of_conflicts(seed: u64) -> Self {
        Self {
            seed,
            attempt: 0,
            first: Duration::from_millis(1),
            limit: Duration::from_millis(50),
        }
    }

    /// Between attempts to reach what is out of reach.
    pub(crate) const fn of_outages(seed: u64) -> Self {
        Self::new(seed, Duration::from_millis(20), Duration::from_secs(5))
    }

    /// The first wait is at most `first`, and none is longer than `limit`.
    pub(crate) const fn new(seed: u64, first: Duration, limit: Duration) -> Self {
        Self {
            seed,
            attempt: 0,
            first,
            limit,
        }
    }

    /// How many waits there have been.
    pub(crate) const fn attempts(&self) -> u32 {
        self.attempt
    }

    /// The next wait: between half and all of the present step.
    pub(crate) fn next(&mut self) -> Duration {
        let factor = 2_u32.saturating_pow(self.attempt.min(16));
        let step = self.first.saturating_mul(factor).min(self.limit);
        self.attempt = self.attempt.saturating_add(1);
        // One step of the generator of Steele, Lea and Flood (SplitMix64).
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (self.seed ^ (self.seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = u32::try_from((bits ^ (bits >> 31)) >> 48).unwrap_or_default();
        step / 2 + (step / 2).mul_f64(f64::from(part) / f64::from(u16::MAX))
    }

    /// The next wait starts small again.
    pub(crate) const fn reset(&mut self) {
        self.attempt = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_limit_and_vary_with_the_seed() {
        let waits = |seed| {
            let mut backoff = Backoff::of_outages(seed);
            std::iter::repeat_with(|| backoff.next())
                .take(12)
                .collect::<Vec<_>>()
        };
        let (a, b) = (waits(1), waits(2));
        assert_eq!(a, waits(1));
        assert_ne!(a, b);
        assert!(
            a.iter().all(|wait| *wait <= Duration::from_secs(5)),
            "{a:?}"
        );
        assert!(a.last() >= Some(&Duration::from_millis(2_500)), "{a:?}");
        assert!(a.first() <= Some(&Duration::from_millis(20)), "{a:?}");
    }
}

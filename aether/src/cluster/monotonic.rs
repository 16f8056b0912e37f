use std::{ops::Add, time::Duration};

/// A reading of a clock that never goes back, counted from any origin of that clock's own.
///
/// Readings of two clocks say nothing of each other. A program takes them from
/// `std::time::Instant`, a test from a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Monotonic(Duration);

impl Monotonic {
    /// The origin of the clock.
    pub const ORIGIN: Self = Self(Duration::ZERO);

    /// So long after the origin.
    pub const fn after(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Monotonic {
    type Output = Self;

    /// The reading so much later; the last one there is, if that is too late to count.
    fn add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(later))
    }
}

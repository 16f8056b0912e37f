use std::{collections::HashMap, num::NonZeroU64, time::Duration};

/// When the state of an actor is kept.
///
/// Only aggregates with `#[aggregate(.., snapshot)]` are kept at all. A snapshot is saved beside
/// the log after the commit was answered: it never delays a command, and never fails one.
///
/// ```
/// use std::{num::NonZeroU64, time::Duration};
///
/// use aether::runtime::SnapshotPolicy;
///
/// let policy = SnapshotPolicy::every(NonZeroU64::new(500).unwrap())
///     .or_slower_than(Duration::from_millis(20));
/// assert_ne!(policy, SnapshotPolicy::default());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotPolicy {
    every: Option<NonZeroU64>,
    slower_than: Option<Duration>,
}

impl SnapshotPolicy {
    /// Takes none. Those that are there are used.
    pub const fn never() -> Self {
        Self {
            every: None,
            slower_than: None,
        }
    }

    /// Takes one when an actor is so many events past its last one, whether a command brings it
    /// there or a load finds it there.
    pub const fn every(events: NonZeroU64) -> Self {
        Self {
            every: Some(events),
            slower_than: None,
        }
    }

    /// Also takes one when reading and folding the events after the last one took longer.
    #[must_use]
    pub const fn or_slower_than(mut self, duration: Duration) -> Self {
        self.slower_than = Some(duration);
        self
    }

    /// Whether one is due of an actor that is so many events past its last one, of which the
    /// load took so long.
    pub(super) fn is_due(self, events: u64, took: Duration) -> bool {
        let is_long = self.every.is_some_and(|every| events >= every.get());
        let is_slow = self.slower_than.is_some_and(|limit| took > limit);
        events > 0 && (is_long || is_slow)
    }

    /// Whether one is due of an actor that went from one version to another, where it is not
    /// known when the last one was taken: each actor has its turn at the multiples.
    pub(super) fn is_turn(self, from: u64, to: u64) -> bool {
        self.every.is_some_and(|every| from / every < to / every)
    }
}

impl Default for SnapshotPolicy {
    /// One every hundred events: about as many as a store reads at once.
    fn default() -> Self {
        Self::every(const { NonZeroU64::new(100).unwrap() })
    }
}

/// The policy of each aggregate.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Policies {
    pub(in crate::runtime) of_all: SnapshotPolicy,
    pub(in crate::runtime) of: HashMap<&'static str, SnapshotPolicy>,
}

impl Policies {
    pub(super) fn of(&self, aggregate: &str) -> SnapshotPolicy {
        self.of.get(aggregate).copied().unwrap_or(self.of_all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_due_after_so_many_events_or_after_so_long_but_never_without_events() {
        let (none, short, long) = (
            Duration::ZERO,
            Duration::from_millis(1),
            Duration::from_millis(3),
        );
        let ten = SnapshotPolicy::every(NonZeroU64::new(10).unwrap());
        let slow = ten.or_slower_than(Duration::from_millis(2));
        assert_eq!(
            [9, 10].map(|events| ten.is_due(events, long)),
            [false, true]
        );
        assert_eq!(
            [short, long].map(|took| slow.is_due(1, took)),
            [false, true]
        );
        assert!(!slow.is_due(0, long));
        assert!(!SnapshotPolicy::never().is_due(u64::MAX, Duration::MAX));
        assert!(!SnapshotPolicy::default().is_due(99, none));
        assert!(SnapshotPolicy::default().is_due(100, none));
    }

    #[test]
    fn an_actor_of_which_nothing_is_known_has_its_turn_at_the_multiples() {
        let ten = SnapshotPolicy::every(NonZeroU64::new(10).unwrap());
        let turns = [(0, 9), (9, 10), (10, 19), (8, 31)].map(|(from, to)| ten.is_turn(from, to));
        assert_eq!(turns, [false, true, false, true]);
        assert!(!SnapshotPolicy::never().is_turn(0, u64::MAX));
    }
}

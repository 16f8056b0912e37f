use std::{collections::HashMap, time::Duration};

use super::{backoff::Backoff, parking::Parking, status::FollowerKind};

/// How a policy, a process manager or an adapter tries again what failed: after a wait that doubles
/// each time, up to a limit, and varies a little.
///
/// ```
/// use std::time::Duration;
///
/// use aether::runtime::Retries;
///
/// let patient = Retries::new()
///     .first(Duration::from_secs(1))
///     .limit(Duration::from_mins(5))
///     .attempts(40);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "give it to the builder"]
pub struct Retries {
    first: Duration,
    limit: Duration,
    attempts: Option<u32>,
}

impl Default for Retries {
    fn default() -> Self {
        Self::new()
    }
}

impl Retries {
    /// From 20 milliseconds to 5 seconds, as often as [`Parking`] says.
    pub const fn new() -> Self {
        Self {
            first: Duration::from_millis(20),
            limit: Duration::from_secs(5),
            attempts: None,
        }
    }

    /// The first wait is between half of this and this.
    pub const fn first(mut self, wait: Duration) -> Self {
        self.first = wait;
        self
    }

    /// No wait is longer.
    pub const fn limit(mut self, wait: Duration) -> Self {
        self.limit = wait;
        self
    }

    /// What an adapter could not tell its system is tried so often before it waits for an order,
    /// whatever [`Parking::attempts`] says of all.
    ///
    /// A store or a system that is out of reach does not count: it is tried until it is back.
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    pub(super) const fn backoff(self) -> Backoff {
        Backoff::new(0, self.first, self.limit)
    }

    /// How to park what was tried too often, when this is said of all.
    pub(super) const fn parking(self, of_all: Parking) -> Parking {
        match self.attempts {
            Some(attempts) => of_all.attempts(attempts),
            None => of_all,
        }
    }
}

/// How each follower tries again.
#[derive(Debug, Default)]
pub(super) struct AllRetries {
    pub(super) of_all: Retries,
    of: HashMap<(FollowerKind, &'static str), Retries>,
}

impl AllRetries {
    pub(super) fn set(&mut self, kinds: &[FollowerKind], name: &'static str, retries: Retries) {
        self.of
            .extend(kinds.iter().map(|kind| ((*kind, name), retries)));
    }

    pub(super) fn of(&self, kind: FollowerKind, name: &'static str) -> Retries {
        self.of.get(&(kind, name)).copied().unwrap_or(self.of_all)
    }
}

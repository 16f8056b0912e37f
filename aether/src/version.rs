/// Counts the events of an actor: the version of an actor is the number of its events.
///
/// The first event has version 1; an actor without events has [`Version::NONE`].
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Version(u64);

impl Version {
    /// No event yet.
    pub const NONE: Self = Self(0);
    /// The first event.
    pub const FIRST: Self = Self(1);

    /// Later than any event.
    pub const END: Self = Self(u64::MAX);

    /// The version after `count` events.
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// The number of events.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The version after one more event.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The version before this event, or none if there is none.
    pub const fn previous(self) -> Option<Self> {
        match self.0.checked_sub(1) {
            Some(count) => Some(Self(count)),
            None => None,
        }
    }
}

impl From<u64> for Version {
    fn from(count: u64) -> Self {
        Self(count)
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

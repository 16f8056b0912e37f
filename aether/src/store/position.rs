/// A place in the log of a namespace.
///
/// Positions grow, but not by one: two that follow each other may lie apart.
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
pub struct Position(u64);

impl Position {
    /// Before the first commit.
    pub const START: Self = Self(0);

    /// After every commit there will ever be.
    pub const END: Self = Self(u64::MAX);

    /// The place with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number of the place.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks it so")]
    pub(crate) const fn is_start(&self) -> bool {
        self.0 == 0
    }

    /// The place before this one, or the start.
    #[must_use]
    pub(crate) const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

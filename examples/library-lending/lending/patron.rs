//! What lending knows of a patron, and what a patron may ask for.

use aether::prelude::*;

use crate::library_lending::membership::MemberId;

/// Tells a patron from every other.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct PatronId(String);

/// A patron's number is that of the member's card.
impl From<&MemberId> for PatronId {
    fn from(member: &MemberId) -> Self {
        Self(member.to_string())
    }
}

/// And the other way round.
impl From<&PatronId> for MemberId {
    fn from(patron: &PatronId) -> Self {
        Self::from(patron.to_string())
    }
}

/// What kind of patron someone is.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Rank {
    /// Has so many holds at a time, and each for so many days.
    #[default]
    Regular,
    /// Has as many as it takes, for as long as it takes, of restricted copies as well.
    Researcher,
}

/// How long a copy is put aside.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum HoldTerm {
    /// For that many days after today.
    Days(u8),
    /// Until it is collected or given up.
    OpenEnded,
}

impl HoldTerm {
    /// The most days that a hold with an end may have.
    pub const LONGEST: u8 = 7;

    /// Whether it has as many days as a hold may have, and at least one.
    pub const fn is_reasonable(self) -> bool {
        match self {
            Self::Days(days) => 0 < days && days <= Self::LONGEST,
            Self::OpenEnded => true,
        }
    }
}

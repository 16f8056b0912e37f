//! Calendar days, which libraries, shipping lines and conferences plan by.

use std::{fmt, time::Duration};

use aether::{Timestamp, prelude::*};

/// A calendar day, in UTC.
///
/// It is stored as the number of days since the beginning of 1970.
///
/// Allow ES211: days are told by the clock, and counted on from there.
#[derive(
    Debug,
    Default,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct Day(u32);

impl Day {
    const MILLIS: i64 = 86_400_000;
    const SECONDS: u64 = 86_400;

    /// The day that many days after the first of January 1970.
    pub const fn new(days: u32) -> Self {
        Self(days)
    }

    /// The day that a moment lies in; the first of January 1970 for all that lie before it.
    pub fn of(moment: Timestamp) -> Self {
        let days = moment.as_unix_millis().div_euclid(Self::MILLIS);
        Self(u32::try_from(days).unwrap_or_default())
    }

    /// The day that many days later.
    #[must_use]
    pub const fn plus(self, days: u32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The moment at which the day begins.
    pub fn begins(self) -> Timestamp {
        Timestamp::UNIX_EPOCH.after(Duration::from_secs(u64::from(self.0) * Self::SECONDS))
    }

    /// The moment at which the day is over.
    pub fn is_over(self) -> Timestamp {
        self.plus(1).begins()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = self.begins().to_string();
        f.pad(moment.split('T').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_as_a_date() {
        assert_eq!(Day::new(0).to_string(), "1970-01-01");
        assert_eq!(Day::new(20_454).to_string(), "2026-01-01");
    }

    #[test]
    fn a_moment_lies_in_its_day_until_that_is_over() {
        let day = Day::new(7);
        let last = day.begins().after(Duration::from_secs(86_399));
        assert_eq!((Day::of(day.begins()), Day::of(last)), (day, day));
        assert_eq!(Day::of(day.is_over()), day.plus(1));
    }

    #[test]
    fn before_1970_there_is_one_day() {
        let before: Timestamp = "1969-12-31T23:59:59Z".parse().unwrap();
        assert_eq!(Day::of(before), Day::new(0));
    }
}

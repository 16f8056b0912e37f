use std::{
    fmt,
    iter::Sum,
    ops::{Add, Mul},
};

use aether::prelude::*;

/// An amount of money in whole cents of a euro.
///
/// Sums stop at the largest amount there is instead of starting again at nothing; the limit on an
/// order lies far below it.
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
pub struct Cents(u64);

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// That many cents.
    pub const fn new(cents: u64) -> Self {
        Self(cents)
    }

    /// That many euros.
    pub const fn euros(euros: u32) -> Self {
        Self(euros as u64 * 100)
    }

    /// The number of cents.
    pub const fn as_u64(self) -> u64 {
        self.0
    }
}

impl Add for Cents {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Mul<u32> for Cents {
    type Output = Self;

    fn mul(self, times: u32) -> Self {
        Self(self.0.saturating_mul(u64::from(times)))
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02} EUR", self.0 / 100, self.0 % 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_reads_as_euros_with_two_digits_of_cents() {
        assert_eq!(Cents::new(5).to_string(), "0.05 EUR");
        assert_eq!(Cents::euros(12).to_string(), "12.00 EUR");
        assert_eq!(format!("{:>10}", Cents::new(199)), "  1.99 EUR");
    }

    #[test]
    fn sums_stop_at_the_largest_amount() {
        let most = Cents::new(u64::MAX);
        assert_eq!(most + Cents::new(1), most);
        assert_eq!(most * 2, most);
        assert_eq!(
            [Cents::new(1), Cents::new(2)].into_iter().sum::<Cents>(),
            Cents::new(3)
        );
    }
}

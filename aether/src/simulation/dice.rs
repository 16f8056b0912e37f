use std::time::Duration;

use uuid::Uuid;

/// A source of choices: the same seed gives the same ones.
///
/// ```
/// use aether::simulation::Dice;
///
/// let (mut one, mut other) = (Dice::of(7), Dice::of(7));
/// assert_eq!(one.below(100), other.below(100));
/// assert!(["red", "green"].contains(one.pick(&["red", "green"])));
/// ```
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice of a seed.
    pub const fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice of their own, for a part of a run: what it asks them for changes nothing for others.
    #[must_use]
    pub fn split(&mut self) -> Self {
        Self(self.next())
    }

    // The generator of Steele, Lea and Flood (SplitMix64).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or_default()
    }

    /// An index into so many things.
    pub(super) fn index(&mut self, count: usize) -> usize {
        let index = self.below(u64::try_from(count).unwrap_or(u64::MAX));
        usize::try_from(index).unwrap_or_default()
    }

    /// Whether something comes to pass that does so many times in a hundred.
    pub fn percent(&mut self, percent: u8) -> bool {
        self.below(100) < u64::from(percent)
    }

    /// One of several things.
    ///
    /// # Panics
    /// If there are none.
    #[expect(
        clippy::panic,
        reason = "a choice among nothing is a mistake of whoever asks"
    )]
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let index = self.index(of.len());
        of.get(index)
            .unwrap_or_else(|| panic!("there is nothing to pick from"))
    }

    /// A time from `least` to `most`, in whole milliseconds.
    pub fn time(&mut self, least: Duration, most: Duration) -> Duration {
        let more = most.saturating_sub(least).as_millis();
        let more = u64::try_from(more).unwrap_or(u64::MAX - 1);
        least + Duration::from_millis(self.below(more + 1))
    }

    /// A UUID of version 4.
    pub fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

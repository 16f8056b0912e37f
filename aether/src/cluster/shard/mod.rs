use std::fmt;

use super::hash::stable_hash;

/// The number of a shard, from 0 on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(pub(super) u16);

/// In how many shards a cluster's actors are split: a power of two, for the cluster's whole life.
///
/// An actor's shard follows from its type and id alone, the same in every release. So the number
/// can never change: actors would be looked for where they are not. The default of 4,096 leaves at
/// least ten shards a node up to 400 nodes; take 16,384 for more.
///
/// ```
/// use aether::cluster::ShardCount;
///
/// let shards = ShardCount::default();
/// assert_eq!(shards.get(), 4_096);
/// assert_eq!(shards.shard_of("Order", "o-1"), shards.shard_of("Order", "o-1"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShardCount {
    bits: u8,
}

/// Says that so many shards there cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a cluster has a power of two of shards, at most {}, and not {count}",
    ShardCount::MOST
)]
pub struct InvalidShardCount {
    /// How many there were to be.
    pub count: u32,
}

impl Shard {
    /// The number of the shard.
    pub fn number(self) -> u16 {
        self.0
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ShardCount {
    /// The most shards a cluster may have.
    pub const MOST: u32 = 1 << 16;

    /// So many shards.
    ///
    /// # Errors
    /// The number is no power of two, or larger than [`ShardCount::MOST`].
    pub fn new(count: u32) -> Result<Self, InvalidShardCount> {
        let invalid = InvalidShardCount { count };
        if !count.is_power_of_two() || count > Self::MOST {
            return Err(invalid);
        }
        let bits = u8::try_from(count.trailing_zeros()).ok();
        let count = bits.map(|bits| Self { bits });
        count.ok_or(invalid)
    }

    /// As many shards as so many bits can number, if that is not too many.
    pub(super) fn of_bits(bits: u8) -> Option<Self> {
        (bits <= 16).then_some(Self { bits })
    }

    pub(super) fn bits(self) -> u8 {
        self.bits
    }

    /// How many shards there are.
    pub fn get(self) -> u32 {
        1 << self.bits
    }

    pub(super) fn len(self) -> usize {
        1 << self.bits
    }

    /// The shard that an actor of this type and id is in.
    ///
    /// It is the upper bits of the XXH3 hash of the id, seeded with that of the type. No release
    /// changes this.
    #[inline]
    pub fn shard_of(self, actor_type: &str, id: &str) -> Shard {
        let seed = stable_hash(0, actor_type.as_bytes());
        let hash = stable_hash(seed, id.as_bytes());
        let upper = hash.checked_shr(64 - u32::from(self.bits));
        Shard(u16::try_from(upper.unwrap_or_default()).unwrap_or_default())
    }

    /// The shard of this number, if there are so many.
    pub fn shard(self, number: u32) -> Option<Shard> {
        let number = (number < self.get()).then_some(number)?;
        u16::try_from(number).ok().map(Shard)
    }

    /// All shards, in order.
    pub fn shards(self) -> impl ExactSizeIterator<Item = Shard> + Clone {
        let last = u16::try_from(self.get() - 1).unwrap_or(u16::MAX);
        AllShards {
            next: Some(0),
            last,
        }
    }
}

impl Default for ShardCount {
    fn default() -> Self {
        Self { bits: 12 }
    }
}

#[derive(Clone)]
struct AllShards {
    next: Option<u16>,
    last: u16,
}

impl Iterator for AllShards {
    type Item = Shard;

    fn next(&mut self) -> Option<Shard> {
        let shard = self.next?;
        self.next = (shard < self.last).then(|| shard + 1);
        Some(Shard(shard))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = |next: u16| usize::from(self.last - next) + 1;
        let left = self.next.map_or(0, left);
        (left, Some(left))
    }
}

impl ExactSizeIterator for AllShards {}

#[cfg(test)]
mod tests;

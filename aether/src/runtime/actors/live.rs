use std::{collections::HashMap, fmt, mem::size_of_val};

use super::cell::Cell;
use crate::{
    Recorded, StoreErrorKind, Version,
    domain::ReplayError,
    runtime::snapshots::{Fold, Start},
};

/// The folded state of an actor, and what is known besides.
pub(in crate::runtime) struct Live {
    pub(in crate::runtime) fold: Box<dyn Fold>,
    pub(in crate::runtime) start: Start,
    /// Whether someone else has stored events that are not in it.
    pub(in crate::runtime) is_stale: bool,
    /// How many binary digits the version had for which it was found out what the state holds.
    digits: u8,
    /// What the state was taken to hold then, in bytes.
    held: u32,
}

/// Says how many bytes a state holds besides itself.
pub(in crate::runtime) type Weigh = Box<dyn Fn(&dyn Fold) -> usize + Send + Sync>;

/// How to weigh the states of some aggregates.
pub(in crate::runtime) type Weights = HashMap<&'static str, Weigh>;

impl Live {
    /// What a state is taken to hold at most, if only its events are known.
    const MOST_FOLDED: u32 = 16 << 10;
    /// What a place in the cache takes.
    const PLACE: usize = 96;

    pub(in crate::runtime) fn new(fold: Box<dyn Fold>, start: Start) -> Self {
        Self {
            fold,
            start,
            is_stale: false,
            digits: 0,
            held: 0,
        }
    }

    /// Folds a commit that was stored after what is in it.
    pub(in crate::runtime) fn grow(&mut self, recorded: &Recorded) -> Result<(), ReplayError> {
        self.fold.apply(recorded)?;
        self.start.note(recorded);
        Ok(())
    }

    /// What is left of it, after a commit was not stored for such a reason.
    pub(in crate::runtime) fn unless(
        mut self: Box<Self>,
        failed: StoreErrorKind,
    ) -> Option<Box<Self>> {
        match failed {
            StoreErrorKind::Conflict => {
                self.is_stale = true;
                Some(self)
            }
            StoreErrorKind::TooLarge | StoreErrorKind::Invalid => Some(self),
            StoreErrorKind::Unavailable
            | StoreErrorKind::InDoubt
            | StoreErrorKind::Corrupt
            | StoreErrorKind::Misconfigured => None,
        }
    }

    /// What it takes in memory, in bytes, as far as that can be said.
    pub(super) fn weight(&mut self, weights: &Weights) -> u64 {
        let digits = digits(self.fold.version());
        if digits > self.digits {
            self.digits = digits;
            self.held = u32::try_from(self.held(weights)).unwrap_or(u32::MAX);
        }
        let bytes = size_of::<Cell>()
            + size_of::<Self>()
            + Self::PLACE
            + self.fold.actor_id().as_str().len()
            + size_of_val(&*self.fold)
            + self.held as usize
            + self.start.weight();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    fn held(&self, weights: &Weights) -> usize {
        if let Some(weigh) = weights.get(self.fold.actor_id().actor_type()) {
            return weigh(&*self.fold);
        }
        match self.fold.state() {
            Ok(Some(state)) => state.as_bytes().len(),
            Ok(None) | Err(_) => self.start.folded().min(Self::MOST_FOLDED) as usize,
        }
    }
}

/// How many binary digits a version has: one more when it has doubled.
fn digits(version: Version) -> u8 {
    let digits = u64::BITS - version.as_u64().leading_zeros();
    u8::try_from(digits).unwrap_or(u8::MAX)
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("actor_id", self.fold.actor_id())
            .field("version", &self.fold.version())
            .field("is_stale", &self.is_stale)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_actor_in_memory_has_is_small() {
        // With the bookkeeping of a usual allocator no more than 128 bytes.
        assert!(size_of::<Live>() <= 120, "{} bytes", size_of::<Live>());
        assert!(size_of::<Cell>() <= 104, "{} bytes", size_of::<Cell>());
    }

    #[test]
    fn a_version_has_another_digit_when_it_has_doubled() {
        let digits = [0, 1, 2, 3, 4, 7, 8, u64::MAX].map(|it| digits(Version::new(it)));
        assert_eq!(digits, [0, 1, 2, 2, 3, 3, 4, 64]);
    }
}

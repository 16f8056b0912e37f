use std::{collections::HashMap, fmt, mem::size_of_val};

use crate::{
    ActorId, Recorded, StoreErrorKind, Version,
    domain::ReplayError,
    runtime::snapshots::{Fold, Start},
};

/// The folded state of an actor, and what is known besides.
///
/// It is all that an actor at rest takes in memory, besides its place among the others, which has
/// its id: so it is in one piece, with the state at its end.
pub(in crate::runtime) struct Live<F: ?Sized = dyn Fold> {
    pub(in crate::runtime) start: Start,
    /// When it was last of use, in milliseconds since the directory was made, which begin again at
    /// 0 after 49 days.
    pub(super) touched: u32,
    /// What the state holds besides itself, in bytes; none before that was found out.
    held: Held,
    pub(in crate::runtime) fold: F,
}

/// Says how many bytes a state holds besides itself.
pub(in crate::runtime) type Weigh = Box<dyn Fn(&dyn Fold) -> usize + Send + Sync>;

/// How to weigh the states of some aggregates.
pub(in crate::runtime) type Weights = HashMap<&'static str, Weigh>;

/// What a state holds besides itself, in bytes, if that is known.
#[derive(Clone, Copy)]
struct Held(u32);

impl Held {
    const UNKNOWN: Self = Self(u32::MAX);
    const MOST: u32 = u32::MAX - 1;

    fn bytes(bytes: usize) -> Self {
        let bytes = u32::try_from(bytes).unwrap_or(Self::MOST);
        Self(bytes.min(Self::MOST))
    }

    const fn is_known(self) -> bool {
        self.0 != Self::UNKNOWN.0
    }
}

impl<F: Fold> Live<F> {
    /// An actor without events.
    pub(in crate::runtime) const fn new(fold: F) -> Self {
        Self {
            start: Start::new(),
            touched: 0,
            held: Held::UNKNOWN,
            fold,
        }
    }
}

impl Live {
    /// What a state is taken to hold at most, if only its events are known.
    const MOST_FOLDED: u32 = 16 << 10;
    /// What a place in the cache takes, and what an allocation and a text take besides.
    const PLACE: usize = 96;

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
                self.start.is_stale = true;
                Some(self)
            }
            StoreErrorKind::TooLarge | StoreErrorKind::Invalid => Some(self),
            StoreErrorKind::Unavailable
            | StoreErrorKind::InDoubt
            | StoreErrorKind::Corrupt
            | StoreErrorKind::Misconfigured => None,
        }
    }

    /// How many binary digits its version has.
    pub(super) fn digits(&self) -> u8 {
        digits(self.fold.version())
    }

    /// What it takes in memory, in bytes, as far as that can be said, now that it has gone on from
    /// a version with so many binary digits.
    pub(super) fn weight(&mut self, actor_id: &ActorId, digits: u8, weights: &Weights) -> u64 {
        if !self.held.is_known() || digits < self.digits() {
            self.held = Held::bytes(self.holds(actor_id, weights));
        }
        let bytes = size_of_val(self)
            + Self::PLACE
            + actor_id.as_str().len()
            + self.held.0 as usize
            + self.start.weight();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    fn holds(&self, actor_id: &ActorId, weights: &Weights) -> usize {
        if let Some(weigh) = weights.get(actor_id.actor_type()) {
            return weigh(&self.fold);
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
            .field("version", &self.fold.version())
            .field("is_stale", &self.start.is_stale)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Folded, runtime::actors::slot::Slot};

    #[test]
    fn what_every_actor_in_memory_has_is_small() {
        assert_eq!(size_of::<Live<()>>(), 64);
        // With the version, and with nothing that its place has.
        assert_eq!(size_of::<Live<Folded<[u64; 10]>>>(), 64 + 8 + 80);
        // With the key, the links and the sort of place, no more than 48 bytes in the cache.
        assert!(size_of::<Slot>() <= 24, "{} bytes", size_of::<Slot>());
    }

    #[test]
    fn a_version_has_another_digit_when_it_has_doubled() {
        let digits = [0, 1, 2, 3, 4, 7, 8, u64::MAX].map(|it| digits(Version::new(it)));
        assert_eq!(digits, [0, 1, 2, 2, 3, 3, 4, 64]);
    }
}

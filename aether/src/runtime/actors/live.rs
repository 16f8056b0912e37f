use std::{
    collections::{HashMap, HashSet},
    fmt,
    mem::size_of_val,
};

use super::cell::Cell;
use crate::{
    CommandId, Recorded, StoreErrorKind, Version,
    domain::ReplayError,
    runtime::{
        search::Recent,
        snapshots::{Fold, Start},
    },
};

/// The folded state of an actor, and what is known besides.
pub(in crate::runtime) struct Live {
    pub(in crate::runtime) fold: Box<dyn Fold>,
    pub(in crate::runtime) start: Start,
    /// Whether someone else has stored events that are not in it.
    pub(in crate::runtime) is_stale: bool,
    weighed: Weighed,
}

/// Says how many bytes a state holds besides itself.
pub(in crate::runtime) type Weigh = Box<dyn Fn(&dyn Fold) -> usize + Send + Sync>;

/// How to weigh the states of some aggregates.
pub(in crate::runtime) type Weights = HashMap<&'static str, Weigh>;

#[derive(Debug, Clone, Copy, Default)]
struct Weighed {
    at: Version,
    held: usize,
}

impl Live {
    /// What a state is taken to hold at most, if only its events are known.
    const MOST_FOLDED: usize = 16 << 10;
    /// What a place in the cache takes.
    const PLACE: usize = 96;

    pub(in crate::runtime) fn new(fold: Box<dyn Fold>, start: Start) -> Self {
        Self {
            fold,
            start,
            is_stale: false,
            weighed: Weighed::default(),
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
        let version = self.fold.version();
        if version.as_u64() >= self.weighed.at.as_u64().saturating_mul(2) {
            let held = self.held(weights);
            self.weighed = Weighed { at: version, held };
        }
        let ids = self.start.ids.as_ref().map_or(0, HashSet::capacity);
        let bytes = size_of::<Cell>()
            + size_of::<Self>()
            + Self::PLACE
            + self.fold.actor_id().as_str().len()
            + size_of_val(&*self.fold)
            + self.weighed.held
            + self.start.sessions.weight()
            + self.start.recent.as_ref().map_or(0, Recent::weight)
            + ids * (size_of::<CommandId>() + 1);
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    fn held(&self, weights: &Weights) -> usize {
        if let Some(weigh) = weights.get(self.fold.actor_id().actor_type()) {
            return weigh(&*self.fold);
        }
        match self.fold.state() {
            Ok(Some(state)) => state.as_bytes().len(),
            Ok(None) | Err(_) => self.start.folded.min(Self::MOST_FOLDED),
        }
    }
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

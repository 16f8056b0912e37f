use std::{fmt, sync::Arc};

use super::{directory::Actors, live::Live};
use crate::{ActorId, runtime::placement::Stay};

/// The turn to decide for an actor. It is over when this is dropped.
///
/// It holds the state of the actor. What is in it when it is dropped is kept; whoever does
/// something with a state that may come to no good end takes it out before.
pub(in crate::runtime) struct Turn {
    /// None, once it is over.
    actors: Option<Arc<Actors>>,
    pub(in crate::runtime) actor_id: ActorId,
    /// The hash of that.
    hash: u64,
    /// When whoever has the turn came for it, in milliseconds as [`Live::touched`].
    pub(super) came: u32,
    /// How many binary digits the version of the state had when the turn began.
    digits: u8,
    /// Since when the actor is here: 0 if it always was, or did not come yet.
    since: u64,
    pub(in crate::runtime) live: Option<Box<Live>>,
    /// Whether the state may outlive the turn.
    pub(in crate::runtime) keeps: bool,
    /// Keeps the actor here, if it can go.
    pub(in crate::runtime) stay: Option<Stay>,
}

/// What is left of a turn.
pub(super) struct Left {
    pub(super) actor_id: ActorId,
    pub(super) hash: u64,
    pub(super) came: u32,
    pub(super) digits: u8,
    /// The state, if it may be kept.
    pub(super) live: Option<Box<Live>>,
}

impl Turn {
    pub(super) fn new(
        actors: &Arc<Actors>,
        (actor_id, hash): (ActorId, u64),
        live: Option<Box<Live>>,
        came: u32,
    ) -> Self {
        let of_live = live
            .as_ref()
            .map(|live| (live.start.since(), live.digits()));
        let (since, digits) = of_live.unwrap_or_default();
        Self {
            actors: Some(Arc::clone(actors)),
            actor_id,
            hash,
            came,
            digits,
            since,
            live,
            keeps: true,
            stay: None,
        }
    }

    /// The actor is here, and stays until the turn is over. If it has been elsewhere, what was kept
    /// of it from before is void.
    pub(in crate::runtime) fn settle(&mut self, stay: Stay) {
        if self.since != stay.number() {
            self.since = stay.number();
            self.live = None;
        }
        self.stay = Some(stay);
    }

    /// The actor is going to be here from the moment of this number on.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(in crate::runtime) const fn expect(&mut self, since: u64) {
        self.since = since;
    }

    /// Ends it without anyone else's turn to begin.
    pub(super) fn end(mut self) -> Option<Left> {
        self.actors.take().map(|_actors| self.left())
    }

    fn left(&mut self) -> Left {
        let mut live = self.live.take().filter(|_| self.keeps);
        if let Some(live) = &mut live {
            live.start.set_since(self.since);
        }
        Left {
            actor_id: self.actor_id.clone(),
            hash: self.hash,
            came: self.came,
            digits: self.digits,
            live,
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(actors) = self.actors.take() {
            actors.leave(self.left());
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn")
            .field("actor_id", &self.actor_id)
            .field("live", &self.live)
            .finish_non_exhaustive()
    }
}

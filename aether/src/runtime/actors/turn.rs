use std::sync::Arc;

use tokio::time::Instant;

use super::{cell::Cell, directory::Actors, live::Live};
use crate::{ActorId, runtime::placement::Stay};

/// The turn to decide for an actor. It is over when this is dropped.
///
/// It holds the state of the actor. What is in it when it is dropped is kept; whoever does
/// something with a state that may come to no good end takes it out before.
pub(in crate::runtime) struct Turn {
    actors: Arc<Actors>,
    cell: Arc<Cell>,
    /// When whoever has the turn came for it.
    came: Instant,
    pub(in crate::runtime) live: Option<Box<Live>>,
    /// Whether the state may outlive the turn.
    pub(in crate::runtime) keeps: bool,
    /// Keeps the actor here, if it can go.
    pub(in crate::runtime) stay: Option<Stay>,
}

impl Turn {
    pub(super) fn new(actors: Arc<Actors>, cell: Arc<Cell>, came: Instant) -> Self {
        let live = cell.take();
        Self {
            actors,
            cell,
            came,
            live,
            keeps: true,
            stay: None,
        }
    }

    /// The actor is here, and stays until the turn is over. If it has been elsewhere, what was kept
    /// of it from before is void.
    pub(in crate::runtime) fn settle(&mut self, stay: Stay) {
        if !self.cell.is_since(stay.number()) {
            self.live = None;
        }
        self.stay = Some(stay);
    }

    /// The actor is going to be here from the moment of this number on.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(in crate::runtime) fn expect(&self, since: u64) {
        self.cell.is_since(since);
    }

    pub(in crate::runtime) fn actor_id(&self) -> &ActorId {
        &self.cell.actor_id
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(live) = self.live.take().filter(|_| self.keeps) {
            self.actors.keep(&self.cell, live, self.came);
        }
        self.cell.turns.add_permits(1);
    }
}

use std::sync::Arc;

use tokio::time::Instant;

use super::{cell::Cell, directory::Actors, live::Live};
use crate::ActorId;

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
        }
    }

    /// The actor is here since then, if it is. What was kept of it from before is void: it has been
    /// elsewhere.
    pub(in crate::runtime) fn begin(&mut self, since: Option<u64>) {
        if !self.cell.is_since(since) {
            self.live = None;
        }
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

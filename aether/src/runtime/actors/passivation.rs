use std::sync::Arc;

use quick_cache::{Lifecycle, Weighter};

use super::cell::Cell;
use crate::{
    ActorId,
    runtime::{meters::Meters, snapshots::Snapshotter},
};

/// A cell in the cache, with what it was taken to weigh when it was put there.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) cell: Arc<Cell>,
    pub(super) weight: u64,
}

impl Slot {
    /// Whether a command is in the cell, or about to be.
    pub(super) fn is_in_use(&self) -> bool {
        Arc::strong_count(&self.cell) > 1
    }
}

#[derive(Debug, Clone)]
pub(super) struct Weigher;

impl Weighter<ActorId, Slot> for Weigher {
    fn weight(&self, _actor_id: &ActorId, slot: &Slot) -> u64 {
        slot.weight
    }
}

/// What becomes of the actors that the cache drives out.
#[derive(Clone)]
pub(super) struct Passivation {
    pub(super) snapshotter: Arc<Snapshotter>,
    pub(super) meters: Arc<Meters>,
}

impl Passivation {
    /// Lets go of the state of an actor that is in nobody's hands any more.
    pub(super) fn passivate(&self, cell: &Cell) {
        if let Some(live) = cell.take() {
            self.snapshotter.passivate(*live);
        }
    }
}

/// Cells that were driven out. They are looked at once the cache is not locked any more.
#[derive(Default)]
pub(super) struct DrivenOut(Vec<(Passivation, Arc<Cell>)>);

impl Drop for DrivenOut {
    fn drop(&mut self) {
        for (passivation, cell) in self.0.drain(..) {
            passivation.meters.evicted_for_room.increment(1);
            passivation.passivate(&cell);
        }
    }
}

impl Lifecycle<ActorId, Slot> for Passivation {
    type RequestState = DrivenOut;

    fn is_pinned(&self, _actor_id: &ActorId, slot: &Slot) -> bool {
        slot.is_in_use()
    }

    /// Also called when a slot makes room for another one with the same cell, which is in use.
    fn on_evict(&self, driven_out: &mut DrivenOut, _actor_id: ActorId, slot: Slot) {
        if !slot.is_in_use() {
            driven_out.0.push((self.clone(), slot.cell));
        }
    }
}

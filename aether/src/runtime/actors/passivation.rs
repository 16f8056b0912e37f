use std::sync::Arc;

use quick_cache::{Lifecycle, Weighter};

use super::{live::Live, slot::Slot};
use crate::{
    ActorId,
    runtime::{meters::Meters, snapshots::Snapshotter},
};

#[derive(Debug, Clone)]
pub(super) struct Weigher;

impl Weighter<ActorId, Slot> for Weigher {
    fn weight(&self, _actor_id: &ActorId, slot: &Slot) -> u64 {
        u64::from(slot.weight)
    }
}

/// What becomes of the actors that the cache drives out.
#[derive(Clone)]
pub(super) struct Passivation {
    pub(super) snapshotter: Arc<Snapshotter>,
    pub(super) meters: Arc<Meters>,
}

/// States that were driven out. They are looked at once the cache is not locked any more.
#[derive(Default)]
pub(super) struct DrivenOut(Vec<(Passivation, ActorId, Box<Live>)>);

impl DrivenOut {
    pub(super) fn push(&mut self, passivation: &Passivation, actor_id: ActorId, live: Box<Live>) {
        self.0.push((passivation.clone(), actor_id, live));
    }
}

impl Drop for DrivenOut {
    fn drop(&mut self) {
        for (passivation, actor_id, live) in self.0.drain(..) {
            passivation.meters.evicted_for_room.increment(1);
            passivation.snapshotter.passivate(&actor_id, live);
        }
    }
}

impl Lifecycle<ActorId, Slot> for Passivation {
    type RequestState = DrivenOut;

    fn is_pinned(&self, _actor_id: &ActorId, slot: &Slot) -> bool {
        slot.is_in_use()
    }

    /// Also called for the slot of an actor in use that gets one of another weight.
    fn on_evict(&self, driven_out: &mut DrivenOut, actor_id: ActorId, slot: Slot) {
        if let Some(live) = slot.live {
            driven_out.push(self, actor_id, live);
        }
    }
}

use std::{collections::HashMap, mem};

use super::instance::Instance;
use crate::ActorId;

/// The instances that have received something of late: a bounded number, without asking the log.
///
/// An instance is taken out to receive something, and comes back once that is stored. One that does
/// not come back, for whatever reason, is folded anew: what is here is always what is stored, or an
/// earlier state of it, which the store refuses to go on from.
pub(super) struct Awake<P> {
    capacity: usize,
    young: HashMap<ActorId, Box<Instance<P>>>,
    /// Those that were young when there were too many of them.
    old: HashMap<ActorId, Box<Instance<P>>>,
}

impl<P> Awake<P> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    pub(super) fn take(&mut self, actor_id: &ActorId) -> Option<Box<Instance<P>>> {
        let young = self.young.remove(actor_id);
        young.or_else(|| self.old.remove(actor_id))
    }

    pub(super) fn put(&mut self, instance: Box<Instance<P>>) {
        if self.capacity == 0 {
            return;
        }
        if self.young.len() >= self.capacity.div_ceil(2) {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(instance.actor_id.clone(), instance);
    }
}

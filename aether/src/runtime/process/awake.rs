use std::{collections::HashMap, mem};

use super::instance::Instance;
use crate::ActorId;

/// The instances that have received something of late: a bounded number, without asking the log.
///
/// An instance is taken out to receive something, and comes back once that is stored. One that does
/// not come back, for whatever reason, is folded anew: what is here is always what is stored, or an
/// earlier state of it, which the store refuses to go on from.
pub(super) struct Awake<P> {
    most: Most,
    young: HashMap<ActorId, Box<Instance<P>>>,
    /// What the young ones weigh together.
    weight: u64,
    /// Those that were young when there were too many of them.
    old: HashMap<ActorId, Box<Instance<P>>>,
}

/// How many instances stay in memory, and how many bytes they may take together.
#[derive(Debug, Clone, Copy)]
pub(in crate::runtime) struct Most {
    pub(in crate::runtime) count: usize,
    pub(in crate::runtime) bytes: u64,
}

impl Most {
    pub(super) const NONE: Self = Self { count: 0, bytes: 0 };
}

impl<P> Awake<P> {
    pub(super) fn new(most: Most) -> Self {
        Self {
            most,
            young: HashMap::new(),
            weight: 0,
            old: HashMap::new(),
        }
    }

    pub(super) fn take(&mut self, actor_id: &ActorId) -> Option<Box<Instance<P>>> {
        if let Some(young) = self.young.remove(actor_id) {
            self.weight -= young.weight();
            return Some(young);
        }
        self.old.remove(actor_id)
    }

    pub(super) fn put(&mut self, instance: Box<Instance<P>>) {
        let (count, bytes) = (self.most.count.div_ceil(2), self.most.bytes / 2);
        let weight = instance.weight();
        if count == 0 || weight > bytes {
            return;
        }
        if self.young.len() >= count || self.weight + weight > bytes {
            self.old = mem::take(&mut self.young);
            self.weight = 0;
        }
        self.weight += weight;
        self.young.insert(instance.actor_id.clone(), instance);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(awake: &mut Awake<()>, name: &str, held: usize) {
        let actor_id = ActorId::of("Instance", name).unwrap();
        awake.put(Box::new(Instance::begin(actor_id).holding(held)));
    }

    fn takes(awake: &mut Awake<()>, name: &str) -> bool {
        let actor_id = ActorId::of("Instance", name).unwrap();
        awake.take(&actor_id).is_some()
    }

    #[test]
    fn those_that_were_not_asked_for_the_longest_are_let_go() {
        let bytes = 1 << 20;
        let mut awake = Awake::new(Most { count: 4, bytes });
        for name in ["a", "b", "c"] {
            put(&mut awake, name, 0);
        }
        assert!(takes(&mut awake, "a"));
        put(&mut awake, "a", 0);
        for name in ["d", "e"] {
            put(&mut awake, name, 0);
        }
        let left = ["a", "b", "c", "d", "e"].map(|name| takes(&mut awake, name));
        assert_eq!(left, [true, false, true, true, true]);
        assert_eq!(awake.weight, 0);
    }

    #[test]
    fn neither_many_large_ones_nor_one_that_is_too_large_stay() {
        let mut awake = Awake::new(Most {
            count: 1_000,
            bytes: 20_000,
        });
        for name in ["a", "b", "c", "d", "e"] {
            put(&mut awake, name, 4_000);
        }
        let left = ["a", "b", "c", "d", "e"].map(|name| takes(&mut awake, name));
        assert_eq!(left, [false, false, true, true, true]);
        put(&mut awake, "f", 15_000);
        assert!(!takes(&mut awake, "f"));
    }

    #[test]
    fn none_stays_where_none_may() {
        let mut awake = Awake::new(Most::NONE);
        put(&mut awake, "a", 0);
        assert!(!takes(&mut awake, "a"));
    }
}

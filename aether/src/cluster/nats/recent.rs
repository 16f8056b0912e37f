use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{ActorId, cluster::ShardCount};

/// Which actors were last asked for, of each shard: whoever gets the shard next will be asked for
/// them as well.
#[derive(Debug, Clone)]
pub(super) struct Recent(Arc<[Mutex<VecDeque<ActorId>>]>);

/// How many are remembered of a shard.
const MOST: usize = 16;

impl Recent {
    pub(super) fn new(count: ShardCount) -> Self {
        Self(count.shards().map(|_| Mutex::default()).collect())
    }

    /// An actor is asked for.
    pub(super) fn note(&self, place: usize, actor: &ActorId) {
        let Some(of_shard) = self.0.get(place) else {
            return;
        };
        let mut actors = of_shard.lock().unwrap_or_else(PoisonError::into_inner);
        if actors.contains(actor) {
            return;
        }
        if actors.len() >= MOST {
            actors.pop_front();
        }
        actors.push_back(actor.clone());
    }

    /// Those of a shard, which are forgotten with it.
    pub(super) fn take(&self, place: usize) -> Vec<ActorId> {
        let Some(of_shard) = self.0.get(place) else {
            return Vec::new();
        };
        let mut actors = of_shard.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *actors).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_remembered_each_once() {
        let recent = Recent::new(ShardCount::new(2).unwrap());
        let actor = |number: usize| ActorId::of("Lamp", &number.to_string()).unwrap();
        for number in [0, 1, 1, 0].into_iter().chain(0..=MOST) {
            recent.note(1, &actor(number));
        }
        assert_eq!(recent.take(0), []);
        let last: Vec<_> = (1..=MOST).map(actor).collect();
        assert_eq!(recent.take(1), last);
        assert_eq!(recent.take(1), []);
    }
}

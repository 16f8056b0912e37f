use std::collections::HashMap;

use quick_cache::unsync::Cache;
use tokio::sync::oneshot;

use super::{
    hashed::{Hashed, Hashing},
    line::Line,
    live::Live,
    passivation::{DrivenOut, Passivation, Weigher},
    slot::Slot,
    sought::Sought,
    turn::Turn,
};
use crate::ActorId;

/// Some of the actors that are in memory, and those who wait for one of them.
pub(super) struct Part {
    cache: Cache<ActorId, Slot, Weigher, Hashing, Passivation>,
    passivation: Passivation,
    /// Of those actors alone for which someone waits.
    lines: HashMap<ActorId, Line>,
}

/// What came of the wish to take a turn.
#[derive(Debug)]
pub(super) enum Taken {
    /// It is the caller's, and this is the state.
    Free(ActorId, Box<Live>),
    /// It is someone else's.
    Busy(ActorId),
    /// The actor is not in memory.
    Absent,
}

impl Part {
    /// One for about so many actors, which may weigh so much.
    pub(super) fn new(
        (count, weight): (usize, u64),
        hashing: Hashing,
        passivation: Passivation,
    ) -> Self {
        Self {
            cache: Cache::with(count, weight, Weigher, hashing, passivation.clone()),
            passivation,
            lines: HashMap::new(),
        }
    }

    /// Takes the turn of an actor, if it is nobody's.
    pub(super) fn take(&mut self, actor_id: Hashed<'_>) -> Taken {
        let sought = Sought::new(actor_id);
        let slot = self.cache.get_mut(&sought);
        let live = slot.and_then(|mut slot| slot.live.take());
        match (sought.found(), live) {
            (Some(actor_id), Some(live)) => Taken::Free(actor_id, live),
            (Some(actor_id), None) => Taken::Busy(actor_id),
            // What is there was compared.
            (None, _) => Taken::Absent,
        }
    }

    /// Gives the turn of an actor that is absent to the caller.
    pub(super) fn admit(&mut self, actor_id: ActorId, weight: u32, driven_out: &mut DrivenOut) {
        // One in use is not driven out, whatever it weighs.
        let slot = Slot { live: None, weight };
        self.cache.insert_with_lifecycle(actor_id, slot, driven_out);
    }

    /// Waits for the turn of an actor that is someone else's.
    pub(super) fn join(
        &mut self,
        actor_id: &ActorId,
        most: usize,
    ) -> Result<oneshot::Receiver<Turn>, usize> {
        if let Some(line) = self.lines.get_mut(actor_id) {
            return line.join(most);
        }
        let mut line = Line::default();
        let turn = line.join(most)?;
        self.lines.insert(actor_id.clone(), line);
        Ok(turn)
    }

    /// Who waits for the actor, and came first.
    pub(super) fn next(&mut self, actor_id: &ActorId) -> Option<oneshot::Sender<Turn>> {
        if self.lines.is_empty() {
            return None;
        }
        let line = self.lines.get_mut(actor_id)?;
        let next = line.pop();
        if line.is_empty() {
            self.lines.remove(actor_id);
        }
        next
    }

    /// The actor is nobody's turn any more, and rests here with a state that weighs so much, if
    /// there is one to be kept.
    pub(super) fn rest(
        &mut self,
        (actor_id, hash): (ActorId, u64),
        kept: Option<(Box<Live>, u32)>,
        driven_out: &mut DrivenOut,
    ) {
        let text = actor_id.as_str();
        let Some((live, weight)) = kept else {
            self.cache.remove(&Hashed { text, hash });
            return;
        };
        if let Some(mut slot) = self.cache.peek_mut(&Hashed { text, hash })
            && slot.weight == weight
        {
            slot.live = Some(live);
            return;
        }
        let slot = Slot {
            live: Some(live),
            weight,
        };
        let soft = true;
        let replaced = self
            .cache
            .replace_with_lifecycle(actor_id, slot, soft, driven_out);
        if let Err((
            actor_id,
            Slot {
                live: Some(live), ..
            },
        )) = replaced
        {
            driven_out.push(&self.passivation, actor_id, live);
        }
    }

    /// Removes those that rest, and of which this holds.
    pub(super) fn remove(
        &mut self,
        is_removed: impl Fn(&Live) -> bool,
    ) -> Vec<(ActorId, Box<Live>)> {
        let resting = self.cache.iter().filter_map(|(actor_id, slot)| {
            let live = slot.live.as_ref()?;
            is_removed(live).then(|| actor_id.clone())
        });
        let resting: Vec<_> = resting.collect();
        let removed = resting.iter().filter_map(|it| {
            let (actor_id, slot) = self.cache.remove(it)?;
            Some((actor_id, slot.live?))
        });
        removed.collect()
    }

    pub(super) fn len(&self) -> usize {
        self.cache.len()
    }

    pub(super) fn weight(&self) -> u64 {
        self.cache.weight()
    }
}

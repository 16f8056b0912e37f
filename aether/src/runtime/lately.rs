use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    command_error::{CommandError, Refusal, RemoteRefusal},
    send::Sent,
};
use crate::{ActorId, CommandId, Recorded, Version};

/// What came of the last commands that other processes have asked for.
///
/// A client that hears nothing asks again, and what it has asked before may come after that. The
/// command has one outcome: what was stored is found in the history, with a search; that it was
/// refused stands nowhere but here.
#[derive(Debug, Default)]
pub(super) struct Lately(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    outcomes: HashMap<CommandId, Outcome>,
    /// In the order in which they came about.
    order: VecDeque<(Instant, CommandId)>,
}

/// What came of a command.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    Stored(Recorded),
    /// It gave no event.
    Nothing(ActorId, Version),
    Refused(String),
}

/// How many are remembered at most.
const MOST: usize = 4_096;
/// For how long: who waits longer for an answer asks in vain.
const REMEMBERED: Duration = Duration::from_mins(1);
/// What has more bytes is searched for in the history.
const LARGE: usize = 4 << 10;

impl Lately {
    /// What came of this command, if it was carried out here of late.
    pub(super) fn of(&self, id: CommandId) -> Option<Result<Sent, CommandError>> {
        let outcome = self.lock().outcomes.get(&id).cloned()?;
        Some(outcome.answer())
    }

    pub(super) fn knows(&self, id: CommandId) -> bool {
        self.lock().outcomes.contains_key(&id)
    }

    pub(super) fn note(&self, id: CommandId, outcome: Outcome) {
        if outcome.size() > LARGE {
            return;
        }
        let now = Instant::now();
        let mut inner = self.lock();
        if inner.outcomes.insert(id, outcome).is_none() {
            inner.order.push_back((now, id));
        }
        inner.forget(now);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic while it is held can only be our own bug.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn forget(&mut self, now: Instant) {
        let is_old = |at: Instant| at + REMEMBERED <= now;
        while let Some((at, id)) = self.order.front().copied() {
            if self.order.len() <= MOST && !is_old(at) {
                return;
            }
            self.order.pop_front();
            self.outcomes.remove(&id);
        }
    }
}

impl Outcome {
    fn answer(self) -> Result<Sent, CommandError> {
        match self {
            Self::Stored(recorded) => Ok(Sent::repeated(recorded)),
            Self::Nothing(actor_id, version) => Ok(Sent::nothing(actor_id, version)),
            Self::Refused(text) => Err(CommandError::Refused(Refusal::new(RemoteRefusal(text)))),
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Stored(recorded) => {
                let events = recorded.commit.events().iter();
                events.map(|it| it.data.as_str().len()).sum()
            }
            Self::Nothing(..) => 0,
            Self::Refused(text) => text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Outcome {
        Outcome::Refused(text.to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_old_or_large_or_one_too_many_is_forgotten() {
        let lately = Lately::default();
        let ids: Vec<_> = (0..=MOST).map(|_| CommandId::new()).collect();
        let large = CommandId::new();
        lately.note(large, refused(&"x".repeat(LARGE + 1)));
        assert!(!lately.knows(large));
        for id in &ids {
            lately.note(*id, refused("it is late"));
        }
        let (first, last) = (ids[0], ids[MOST]);
        assert!(!lately.knows(first));
        let answer = lately.of(last).unwrap().unwrap_err();
        let refusal = answer.refusal::<RemoteRefusal>().unwrap();
        assert_eq!(refusal.to_string(), "it is late");
        tokio::time::advance(REMEMBERED).await;
        let next = CommandId::new();
        lately.note(next, refused("it is late"));
        assert!(lately.knows(next) && !lately.knows(last));
        assert_eq!(lately.lock().outcomes.len(), 1);
    }
}

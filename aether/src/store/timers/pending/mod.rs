use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use uuid::Uuid;

use crate::{
    ActorId, CommandId, InvalidPayload, Payload, Position, Recorded, Timestamp, Version,
    store::TimerChange,
};

/// Which timers have one name if they have one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimerScope {
    /// Those of one actor: each actor has keys of its own.
    Actor,
    /// All of them, whichever actor's event set them.
    Shared,
}

/// The timers that are set, as a fold over commits: which there are, and whose turn is next.
///
/// A timer that is set again under its key replaces the one before. It is gone when it is
/// cancelled, when it [has fired](PendingTimers::fired), and when a commit shows that its command
/// has been handled, whoever sent it.
///
/// Timers have a defined order: an earlier one has its turn first; of two that are due at the
/// same moment, the one that lies first in the log.
///
/// It keeps where in the log a timer was set, not the command: that is read from there when its
/// turn comes. A pending timer takes some 450 bytes of memory, and some 80 where it is kept besides
/// the texts of its actor id and its key.
///
/// ```
/// use aether::{CommandId, Commit, Event, OutgoingCommand, Payload, Position, Recorded, Timer};
/// use aether::{Timestamp, store::timers::{PendingTimers, TimerScope}};
///
/// let command = OutgoingCommand {
///     id: CommandId::new(),
///     command: "CancelOrder".into(),
///     key: "7".to_owned(),
///     data: Payload::of(&())?,
/// };
/// let timer = Timer { key: "unpaid".to_owned(), due: Timestamp::UNIX_EPOCH, command };
/// let commit = Commit::new([Event::new("Order.7", 1, "OrderPlaced", &())?])?.setting(timer);
///
/// let mut timers = PendingTimers::new(TimerScope::Actor);
/// timers.apply(&Recorded { position: Position::new(1), commit });
/// let due = timers.next(Timestamp::UNIX_EPOCH).expect("it is due");
/// assert_eq!((due.actor_id.as_str(), &*due.key), ("Order.7", "unpaid"));
/// timers.fired(&due);
/// assert!(timers.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PendingTimers {
    scope: TimerScope,
    turns: BTreeMap<Turn, Pending>,
    names: HashMap<Arc<Name>, Turn>,
    commands: HashMap<CommandId, Turn>,
}

/// A timer whose turn has come, and where its command lies: in the first commit of the actor
/// after a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueTimer {
    /// When it was due.
    pub due: Timestamp,
    /// The actor whose commit set it.
    pub actor_id: ActorId,
    /// The version that the actor was at before that commit.
    pub after: Version,
    /// The place of that commit in the log.
    pub position: Position,
    /// Which of the changes of that commit it is, counted from 0.
    pub number: u32,
    /// The key it was set under.
    pub key: Arc<str>,
    /// The id of its command.
    pub command_id: CommandId,
}

/// The order in which timers fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    due: Timestamp,
    position: Position,
    number: u32,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Name {
    owner: Option<ActorId>,
    key: Arc<str>,
}

#[derive(Debug, Clone)]
struct Pending {
    name: Arc<Name>,
    actor_id: ActorId,
    after: Version,
    command_id: CommandId,
}

/// A pending timer as it is kept: actor, version before, position, number, key, due, command.
type Kept = (ActorId, Version, Position, u32, String, Timestamp, KeptId);

/// An id in 32 characters, not in the 36 of its text.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
struct KeptId(#[serde(with = "uuid::serde::simple")] Uuid);

impl PendingTimers {
    /// None.
    pub fn new(scope: TimerScope) -> Self {
        Self {
            scope,
            turns: BTreeMap::new(),
            names: HashMap::new(),
            commands: HashMap::new(),
        }
    }

    /// Takes in what a commit does to timers, and says whether that changed anything.
    pub fn apply(&mut self, recorded: &Recorded) -> bool {
        let commit = &recorded.commit;
        let mut changed = commit.command_id().is_some_and(|id| self.handled(id));
        for (number, change) in (0..).zip(commit.timers()) {
            changed |= self.change(recorded, number, change);
        }
        changed
    }

    /// Takes in one change, which the commit makes or which follows from it, and says whether it
    /// changed anything.
    pub fn change(&mut self, recorded: &Recorded, number: u32, change: &TimerChange) -> bool {
        let commit = &recorded.commit;
        let timer = match change {
            TimerChange::Cancel(key) => return self.remove_named(commit.actor_id(), key),
            TimerChange::Set(timer) => timer,
        };
        self.set(DueTimer {
            due: timer.due,
            actor_id: commit.actor_id().clone(),
            after: commit.expected(),
            position: recorded.position,
            number,
            key: Arc::from(&*timer.key),
            command_id: timer.command.id,
        });
        true
    }

    /// A commit shows that a command has been handled: its timer has nothing left to do. Says
    /// whether there was one.
    pub fn handled(&mut self, command: CommandId) -> bool {
        let turn = self.commands.get(&command).copied();
        turn.is_some_and(|turn| self.remove(turn))
    }

    /// When the next timer is due, if there is one.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.turns.first_key_value().map(|(turn, _)| turn.due)
    }

    /// The timer whose turn it is, if one is due at this moment.
    pub fn next(&self, now: Timestamp) -> Option<DueTimer> {
        let (turn, pending) = self.turns.first_key_value()?;
        (turn.due <= now).then(|| due(*turn, pending))
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = DueTimer> {
        self.turns.iter().map(|(turn, pending)| due(*turn, pending))
    }

    /// The command of a timer has been carried out. Says whether the timer was still there; one
    /// that has been set again meanwhile is another one.
    pub fn fired(&mut self, timer: &DueTimer) -> bool {
        self.remove(Turn {
            due: timer.due,
            position: timer.position,
            number: timer.number,
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.turns.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// As they are kept beside the log.
    ///
    /// # Errors
    /// Never, as far as is known: all of it can be written as JSON.
    pub fn to_payload(&self) -> Result<Payload, InvalidPayload> {
        let kept = |timer: DueTimer| -> Kept {
            let id = KeptId(*timer.command_id.as_uuid());
            let DueTimer {
                actor_id, after, ..
            } = timer;
            let (position, number) = (timer.position, timer.number);
            let key = timer.key.as_ref().to_owned();
            (actor_id, after, position, number, key, timer.due, id)
        };
        let all: Vec<Kept> = self.iter().map(kept).collect();
        Payload::of(&all)
    }

    /// Reads what [`PendingTimers::to_payload`] wrote.
    ///
    /// # Errors
    /// If it is something else.
    pub fn from_payload(scope: TimerScope, payload: &Payload) -> Result<Self, InvalidPayload> {
        let mut timers = Self::new(scope);
        for (actor_id, after, position, number, key, due, id) in payload.decode::<Vec<Kept>>()? {
            timers.set(DueTimer {
                due,
                actor_id,
                after,
                position,
                number,
                key: key.into(),
                command_id: id.0.into(),
            });
        }
        Ok(timers)
    }

    fn set(&mut self, timer: DueTimer) {
        self.remove_named(&timer.actor_id, &timer.key);
        let turn = Turn {
            due: timer.due,
            position: timer.position,
            number: timer.number,
        };
        let name = self.name(&timer.actor_id, timer.key);
        self.names.insert(Arc::clone(&name), turn);
        self.commands.insert(timer.command_id, turn);
        let pending = Pending {
            name,
            actor_id: timer.actor_id,
            after: timer.after,
            command_id: timer.command_id,
        };
        self.turns.insert(turn, pending);
    }

    fn name(&self, actor: &ActorId, key: Arc<str>) -> Arc<Name> {
        let owner = match self.scope {
            TimerScope::Actor => Some(actor.clone()),
            TimerScope::Shared => None,
        };
        Arc::new(Name { owner, key })
    }

    fn remove_named(&mut self, actor: &ActorId, key: &str) -> bool {
        if self.names.is_empty() {
            return false;
        }
        let turn = self.names.get(&self.name(actor, key.into())).copied();
        turn.is_some_and(|turn| self.remove(turn))
    }

    fn remove(&mut self, turn: Turn) -> bool {
        let Some(gone) = self.turns.remove(&turn) else {
            return false;
        };
        self.names.remove(&gone.name);
        // Two timers may have been given one command; the index knows the later one.
        if self.commands.get(&gone.command_id) == Some(&turn) {
            self.commands.remove(&gone.command_id);
        }
        true
    }
}

fn due(turn: Turn, pending: &Pending) -> DueTimer {
    DueTimer {
        due: turn.due,
        actor_id: pending.actor_id.clone(),
        after: pending.after,
        position: turn.position,
        number: turn.number,
        key: Arc::clone(&pending.name.key),
        command_id: pending.command_id,
    }
}

#[cfg(test)]
mod tests;

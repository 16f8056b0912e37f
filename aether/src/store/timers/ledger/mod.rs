use std::collections::HashMap;

use futures_util::future::join_all;

use super::{DueTimer, PendingTimers, TimerScope};
use crate::{
    ActorId, Checkpoint, CheckpointStore, CommandId, Position, ReaderState, Recorded, StoreError,
    StoreErrorKind, Timestamp,
    store::{TimerChange, spread},
};

/// The pending timers of a reader of the log, kept beside the log with how far it has read.
///
/// They are split in [`TimerLedger::PARTITIONS`] by actor. Each partition is one checkpoint, its
/// position and its timers in one write, and is saved when it has changed. One pass over the log
/// feeds all of them: it begins at the lowest of their positions, and each takes what it has not
/// had yet.
///
/// # How many timers there may be
/// A partition is one value, of at most [`Capabilities::state_bytes`](crate::Capabilities) bytes.
/// A timer takes about 80 of them besides its actor id and key; so with 1 MiB a value, the default
/// of NATS, some 600,000 timers may be pending at once, and with the 64 MiB of the embedded store
/// some 40 million. Beyond that [`TimerLedger::save`] tells which partitions are full. Nothing is
/// lost by it: their timers are here and in the log, their checkpoints trail behind, and a
/// restart reads that much more of the log.
///
/// # What is promised
/// A timer that was set in a commit is here once the commit was [applied](TimerLedger::apply),
/// also after a restart, until it is cancelled, replaced, handled or has fired. That it has fired
/// is kept with the next save; if a crash comes before, it is due again, and its command is
/// carried out again with the same id.
#[derive(Debug)]
pub struct TimerLedger {
    reader: String,
    scope: TimerScope,
    partitions: Vec<Partition>,
    /// In which partition the timer of a command is, or was not long ago.
    commands: HashMap<CommandId, usize>,
}

/// Says that the timers of a partition are more than the store keeps in one value. They are
/// pending all the same; a restart reads the log from `position` to have them again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "partition {partition} of `{reader}` is full: {timers} timers are not kept beside the log, \
     but read from position {position} on after a restart"
)]
pub struct FullPartition {
    /// Whose timers they are.
    pub reader: String,
    /// Which partition it is.
    pub partition: usize,
    /// How many timers it has.
    pub timers: usize,
    /// The place in the log up to which it is kept.
    pub position: Position,
}

#[derive(Debug)]
struct Partition {
    timers: PendingTimers,
    /// How far it has taken the log in.
    position: Position,
    /// How far that is kept.
    saved: Position,
    changed: bool,
    /// How many timers were more than the store keeps.
    full: Option<usize>,
}

impl TimerLedger {
    /// How many parts the timers of a reader are split in.
    pub const PARTITIONS: usize = 64;

    /// How far the checkpoint of a partition without a change may trail behind.
    const TRAIL: u64 = 4_096;
    /// How many partitions are read or written at once.
    const AT_ONCE: usize = 16;
    /// Tells one shape of what is kept from another: count it up when one of them changes.
    const SCHEMA: u64 = 1 << 32 | Self::PARTITIONS as u64;

    /// What a reader has kept; none, at the start of the log, if it is new, or if what it has
    /// kept is of another shape.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Unavailable`]: the store is out of reach.
    /// - [`StoreErrorKind::Corrupt`]: what is kept are no timers.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn open(
        store: &impl CheckpointStore,
        reader: impl Into<String> + Send,
        scope: TimerScope,
    ) -> Result<Self, StoreError> {
        let reader = reader.into();
        let mut partitions = Vec::with_capacity(Self::PARTITIONS);
        for first in (0..Self::PARTITIONS).step_by(Self::AT_ONCE) {
            let numbers = first..Self::PARTITIONS.min(first + Self::AT_ONCE);
            let opened = numbers.map(|number| Partition::open(store, &reader, number, scope));
            for partition in join_all(opened).await {
                partitions.push(partition?);
            }
        }
        let mut ledger = Self {
            reader,
            scope,
            partitions,
            commands: HashMap::new(),
        };
        ledger.index_commands();
        Ok(ledger)
    }

    /// What its reader has kept since, be it in another process.
    #[cfg(feature = "runtime")]
    pub(crate) async fn reopened(&self, store: &impl CheckpointStore) -> Result<Self, StoreError> {
        Self::open(store, self.reader.clone(), self.scope).await
    }

    /// The place in the log after which it has to be read.
    pub fn position(&self) -> Position {
        let positions = self.partitions.iter().map(|it| it.position);
        positions.min().unwrap_or_default()
    }

    /// Takes in a commit and what it does to its actor's timers.
    pub fn apply(&mut self, recorded: &Recorded) {
        let changes = (0..).zip(recorded.commit.timers());
        self.take(recorded, changes);
    }

    /// Takes in a commit and these changes instead of its own: those that follow from it. The
    /// number of each is the one that [`DueTimer::number`] will say.
    pub fn take<'a>(
        &mut self,
        recorded: &Recorded,
        changes: impl IntoIterator<Item = (u32, &'a TimerChange)>,
    ) {
        let position = recorded.position;
        if let Some(command) = recorded.commit.command_id() {
            self.handled(command, position);
        }
        for (number, change) in changes {
            self.change(recorded, number, change);
        }
        for partition in &mut self.partitions {
            partition.position = partition.position.max(position);
        }
    }

    /// When the next timer is due, if there is one.
    pub fn next_due(&self) -> Option<Timestamp> {
        let dues = self.partitions.iter().filter_map(|it| it.timers.next_due());
        dues.min()
    }

    /// The timer whose turn it is, if one is due at this moment.
    ///
    /// Read the log up to its present head before, so that what cancels it is not overlooked.
    pub fn next(&self, now: Timestamp) -> Option<DueTimer> {
        let due = self.partitions.iter().filter_map(|it| it.timers.next(now));
        due.min_by_key(|it| (it.due, it.position, it.number))
    }

    /// The command of a timer has been carried out. Says whether the timer was still there.
    pub fn fired(&mut self, timer: &DueTimer) -> bool {
        let index = index(self.scope, &timer.actor_id, &timer.key);
        let fired = |it: &mut Partition| {
            let fired = it.timers.fired(timer);
            it.changed |= fired;
            fired
        };
        self.partitions.get_mut(index).is_some_and(fired)
    }

    /// How many timers are pending.
    pub fn len(&self) -> usize {
        self.partitions.iter().map(|it| it.timers.len()).sum()
    }

    /// Whether no timer is pending.
    pub fn is_empty(&self) -> bool {
        self.partitions.iter().all(|it| it.timers.is_empty())
    }

    /// Whether there is something to be kept. A full partition is not tried again before it has
    /// fewer timers.
    pub fn is_changed(&self) -> bool {
        self.partitions.iter().any(Partition::is_to_be_saved)
    }

    /// Keeps the partitions that have changed, and those whose checkpoint trails far behind.
    /// Gives those that are full.
    ///
    /// # Errors
    /// [`StoreErrorKind::Unavailable`]: the store is out of reach. Some partitions may be kept.
    ///
    /// # Cancel safety
    /// Cancel safe: each partition is as it was, or as it is now.
    pub async fn save(
        &mut self,
        store: &impl CheckpointStore,
    ) -> Result<Vec<FullPartition>, StoreError> {
        let reader = &self.reader;
        let changed = self.partitions.iter_mut().enumerate();
        let mut changed: Vec<_> = changed.filter(|(_, it)| it.is_to_be_saved()).collect();
        let mut trouble = None;
        for some in changed.chunks_mut(Self::AT_ONCE) {
            let saves = some
                .iter_mut()
                .map(|(number, it)| it.save(store, reader, *number));
            trouble = join_all(saves)
                .await
                .into_iter()
                .find_map(Result::err)
                .or(trouble);
        }
        if let Some(err) = trouble {
            return Err(err);
        }
        Ok(self.full())
    }

    /// The partitions with more timers than the store keeps in one value.
    fn full(&self) -> Vec<FullPartition> {
        let partitions = self.partitions.iter().enumerate();
        let full = partitions.filter(|(_, it)| it.full.is_some());
        full.map(|(partition, it)| FullPartition {
            reader: self.reader.clone(),
            partition,
            timers: it.timers.len(),
            position: it.saved,
        })
        .collect()
    }

    fn handled(&mut self, command: CommandId, position: Position) {
        let part = self.commands.get(&command).copied();
        let part = part.and_then(|part| self.partitions.get_mut(part));
        if let Some(partition) = part.filter(|it| it.position < position) {
            partition.changed |= partition.timers.handled(command);
            self.commands.remove(&command);
        }
    }

    fn change(&mut self, recorded: &Recorded, number: u32, change: &TimerChange) {
        let (key, command) = match change {
            TimerChange::Cancel(key) => (key, None),
            TimerChange::Set(timer) => (&timer.key, Some(timer.command.id)),
        };
        let part = index(self.scope, recorded.commit.actor_id(), key);
        let Some(partition) = self.partitions.get_mut(part) else {
            return;
        };
        if partition.position >= recorded.position {
            return;
        }
        partition.changed |= partition.timers.change(recorded, number, change);
        if let Some(command) = command {
            self.commands.insert(command, part);
            // Those that were cancelled, replaced or have fired are still among them.
            if self.commands.len() > 2 * self.len() + 1_024 {
                self.index_commands();
            }
        }
    }

    fn index_commands(&mut self) {
        let partitions = self.partitions.iter().enumerate();
        let timers = partitions.flat_map(|(part, it)| it.timers.iter().map(move |it| (it, part)));
        self.commands = timers
            .map(|(timer, part)| (timer.command_id, part))
            .collect();
    }
}

impl Partition {
    async fn open(
        store: &impl CheckpointStore,
        reader: &str,
        number: usize,
        scope: TimerScope,
    ) -> Result<Self, StoreError> {
        let name = name(reader, number);
        let kept = store.checkpoint(&name).await?;
        Self::of(&name, scope, kept)
    }

    fn of(name: &str, scope: TimerScope, kept: Checkpoint) -> Result<Self, StoreError> {
        let mut partition = Self {
            timers: PendingTimers::new(scope),
            position: Position::START,
            saved: kept.position,
            changed: false,
            full: None,
        };
        let Some(state) = kept
            .state
            .filter(|it| it.schema_hash == TimerLedger::SCHEMA)
        else {
            return Ok(partition);
        };
        let timers = PendingTimers::from_payload(scope, &state.data);
        partition.timers = timers.map_err(|err| {
            let text = format!("the timers kept as `{name}` cannot be read");
            StoreError::new(StoreErrorKind::Corrupt, text).because(err)
        })?;
        partition.position = kept.position;
        Ok(partition)
    }

    /// One that is being rebuilt has to come past what is kept first.
    fn is_to_be_saved(&self) -> bool {
        let (position, saved) = (self.position.as_u64(), self.saved.as_u64());
        let has_room = self.full.is_none_or(|full| self.timers.len() < full);
        has_room && position >= saved && (self.changed || position - saved >= TimerLedger::TRAIL)
    }

    async fn save(
        &mut self,
        store: &impl CheckpointStore,
        reader: &str,
        number: usize,
    ) -> Result<(), StoreError> {
        let data = self.timers.to_payload().map_err(|err| {
            let text = "the timers cannot be written";
            StoreError::new(StoreErrorKind::Invalid, text).because(err)
        })?;
        let state = Some(ReaderState {
            schema_hash: TimerLedger::SCHEMA,
            data,
        });
        let position = self.position;
        let checkpoint = Checkpoint { position, state };
        let name = name(reader, number);
        match store.save_checkpoint(&name, checkpoint).await {
            Ok(()) => {
                self.saved = position;
                self.changed = false;
                self.full = None;
                Ok(())
            }
            Err(err) if err.kind() == StoreErrorKind::TooLarge => {
                self.full = Some(self.timers.len());
                Ok(())
            }
            Err(err) => Err(err),
        }
    }
}

fn name(reader: &str, partition: usize) -> String {
    format!("{reader}/{partition}")
}

/// The partition of a timer: the same in every process and in every version.
fn index(scope: TimerScope, actor: &ActorId, key: &str) -> usize {
    let text = match scope {
        TimerScope::Actor => actor.as_str(),
        TimerScope::Shared => key,
    };
    usize::try_from(spread(text, TimerLedger::PARTITIONS as u64)).unwrap_or_default()
}

#[cfg(test)]
mod tests;

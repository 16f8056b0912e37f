use std::collections::{BTreeMap, BTreeSet};

use crate::{
    ActorId, ActorSnapshot, Checkpoint, CommandId, Commit, CommitId, Position, Receipt, Recorded,
    StoreError, Transaction, simulation::Defect, store::Log,
};

/// What the server keeps, and what it is about to.
#[derive(Default)]
pub(super) struct State {
    pub(super) log: Log,
    pub(super) checkpoints: BTreeMap<String, Kept>,
    pub(super) snapshots: BTreeMap<ActorId, ActorSnapshot>,
    /// What was accepted and is not applied yet, by actor.
    in_flight: BTreeMap<ActorId, CommitId>,
    pub(super) defects: BTreeSet<Defect>,
    /// The commands of the commits as they came, whatever is kept of them.
    pub(super) commands: Vec<Option<CommandId>>,
    appended: u64,
}

/// A checkpoint, and how often it was written.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    pub(super) checkpoint: Checkpoint,
    pub(super) revision: u64,
}

/// What became of a commit when it arrived.
pub(super) enum Arrived {
    /// It is accepted, and not yet to be seen.
    Accepted,
    /// Another one of the actor is accepted, and not yet to be seen.
    Behind,
    Answered(Result<Receipt, StoreError>),
}

impl State {
    pub(super) fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }

    /// Accepts a commit, if the actor is at the version that it expects.
    pub(super) fn accept(&mut self, commit: &Commit) -> Arrived {
        if let Some(receipt) = self.known(commit) {
            return Arrived::Answered(Ok(receipt));
        }
        if self.in_flight.contains_key(commit.actor_id()) {
            return Arrived::Behind;
        }
        if !self.has(Defect::NoVersionCheck) && !self.has(Defect::StoresAgain) {
            let checked = self.log.check(commit.actor_id(), commit.expected());
            if let Err(conflict) = checked {
                return Arrived::Answered(Err(conflict.into()));
            }
        }
        self.in_flight
            .insert(commit.actor_id().clone(), commit.id());
        Arrived::Accepted
    }

    fn known(&self, commit: &Commit) -> Option<Receipt> {
        let receipt = self.log.receipt(commit.id());
        receipt.filter(|_| !self.has(Defect::StoresAgain))
    }

    /// Applies a commit that was accepted.
    pub(super) fn apply(&mut self, commit: &Commit) -> Receipt {
        self.forget(commit);
        self.appended += 1;
        if self.has(Defect::LosesAcknowledged) && self.appended.is_multiple_of(7) {
            let position = Position::new(self.log.head().as_u64() + 1);
            let version = commit.version();
            return Receipt { position, version };
        }
        self.commands.push(commit.command_id());
        self.log.store(self.as_kept(commit))
    }

    /// Lets go of a commit that was accepted, for the leader that had it is gone.
    pub(super) fn forget(&mut self, commit: &Commit) {
        self.in_flight.remove(commit.actor_id());
    }

    fn as_kept(&self, commit: &Commit) -> Commit {
        if !self.has(Defect::ForgetsCommands) {
            return commit.clone();
        }
        let events = commit.events().iter().cloned().map(|mut event| {
            (event.metadata.command_id, event.metadata.session) = (None, None);
            event
        });
        let bare = Commit::new(events).map(|bare| bare.with_id(commit.id()));
        let bare = bare.unwrap_or_else(|_the_same_events| commit.clone());
        let asking = commit.outgoing().iter().cloned();
        let bare = asking.fold(bare, Commit::asking);
        commit.timers().iter().cloned().fold(bare, Commit::changing)
    }

    /// Whether something of one of the actors is accepted and not yet to be seen.
    pub(super) fn is_behind(&self, transaction: &Transaction) -> bool {
        let mut commits = transaction.commits().iter();
        let mut guards = transaction.guards().iter();
        commits.any(|commit| self.in_flight.contains_key(commit.actor_id()))
            || guards.any(|(actor, _)| self.in_flight.contains_key(actor))
    }

    pub(super) fn transact(
        &mut self,
        transaction: Transaction,
    ) -> Result<Vec<Receipt>, StoreError> {
        let before = self.log.head();
        let commands = transaction.commits().iter().map(Commit::command_id);
        let commands: Vec<_> = commands.collect();
        let receipts = self.log.transact(transaction)?;
        if self.log.head() > before {
            self.commands.extend(commands);
        }
        Ok(receipts)
    }

    /// Keeps a checkpoint, unless a further one is kept.
    pub(super) fn save_checkpoint(&mut self, reader: &str, mut checkpoint: Checkpoint) {
        if self.has(Defect::CheckpointsAhead) && checkpoint.position > Position::START {
            checkpoint.position = self.log.head();
        }
        let kept = self.checkpoints.entry(reader.to_owned()).or_default();
        if kept.checkpoint.position <= checkpoint.position {
            kept.checkpoint = checkpoint;
            kept.revision += 1;
        }
    }

    /// Keeps a checkpoint, unless it was written since; says whether it is kept.
    pub(super) fn write_checkpoint(
        &mut self,
        reader: &str,
        revision: u64,
        checkpoint: &Checkpoint,
    ) -> bool {
        let kept = self.checkpoints.entry(reader.to_owned()).or_default();
        let is_expected = kept.revision == revision;
        if is_expected {
            kept.checkpoint = checkpoint.clone();
            kept.revision += 1;
        }
        is_expected || kept.checkpoint == *checkpoint
    }

    pub(super) fn save_snapshot(&mut self, snapshot: ActorSnapshot) {
        let kept = self.snapshots.get(&snapshot.actor_id);
        if kept.is_none_or(|kept| snapshot.replaces(kept)) {
            self.snapshots.insert(snapshot.actor_id.clone(), snapshot);
        }
    }

    /// All commits after a position.
    pub(super) fn commits_after(&self, mut position: Position) -> Vec<Recorded> {
        let mut commits = Vec::new();
        while let Some(recorded) = self.log.after(position) {
            position = recorded.position;
            commits.push(recorded);
        }
        commits
    }
}

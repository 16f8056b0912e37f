use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    fold::Fold,
    loader::{Kept, Start},
    policy::{Policies, SnapshotPolicy},
    queue::{Job, Pushed, Queue, State},
    status::{Counters, SnapshotStatus, UnseenState},
};
use crate::{
    ActorId, ActorSnapshot, Clock, CommitRef, DynEventStore, Payload, Recorded, SnapshotStore as _,
    Timestamp, Version,
};

/// How long a snapshot of another build is left in its place.
///
/// While two builds run side by side, each finds the snapshots of the other of no use. Were each
/// to put its own in their place at once, both would write one for each command. So the place
/// changes hands at most this often; meanwhile the other folds the log, as it would without.
const REST: Duration = Duration::from_mins(5);

/// How long shutdown saves what waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes snapshots, and finds them again.
pub(in crate::runtime) struct Snapshotter {
    pub(super) store: DynEventStore,
    pub(super) counters: Counters,
    clock: Arc<dyn Clock>,
    policies: Policies,
    unseen: Vec<UnseenState>,
    queue: Queue,
}

impl Snapshotter {
    pub(in crate::runtime) fn new(
        store: DynEventStore,
        clock: Arc<dyn Clock>,
        policies: Policies,
        unseen: Vec<UnseenState>,
    ) -> Self {
        for UnseenState { aggregate, places } in &unseen {
            tracing::warn!(
                aggregate,
                ?places,
                "no snapshots: the state cannot be looked into"
            );
        }
        Self {
            store,
            counters: Counters::default(),
            clock,
            policies,
            unseen,
            queue: Queue::new(),
        }
    }

    pub(in crate::runtime) fn status(&self) -> SnapshotStatus {
        self.counters.status(self.queue.open(), self.unseen.clone())
    }

    /// Whether the state of an actor is to be kept, at a version that is later than it was
    /// loaded, or the same.
    pub(in crate::runtime) fn is_due(
        &self,
        actor: &dyn Fold,
        start: &Start,
        version: Version,
    ) -> bool {
        let actor_id = actor.actor_id();
        let policy = self.policies.of(actor_id.actor_type());
        actor.is_kept()
            && start.is_due(policy, version, || self.clock.now())
            && !self.queue.has(actor_id, version)
    }

    /// Keeps the state of an actor if that is due.
    pub(in crate::runtime) fn consider(
        &self,
        actor: Box<dyn Fold>,
        start: &Start,
        then: Option<Recorded>,
    ) {
        let version = then
            .as_ref()
            .map_or(actor.version(), |then| then.commit.version());
        if !self.is_due(&*actor, start, version) {
            return;
        }
        let actor_id = actor.actor_id().clone();
        let last_commit = start.last_commit;
        let state = State::Folded {
            actor,
            last_commit,
            then,
        };
        self.push(&actor_id, start.job(version, state));
    }

    /// Keeps the state of an actor that stays with whoever has loaded it, if that is due.
    pub(in crate::runtime) fn consider_copy(&self, actor: &dyn Fold, start: &Start) {
        if !self.is_due(actor, start, start.version) {
            return;
        }
        let Some(last_commit) = start.last_commit else {
            return;
        };
        match actor.snapshot(last_commit, self.clock.now()) {
            Ok(Some(snapshot)) => {
                let job = start.job(snapshot.version, State::Written(snapshot));
                self.push(actor.actor_id(), job);
            }
            Ok(None) => {}
            Err(err) => self.failed(actor.actor_id(), &err),
        }
    }

    fn push(&self, actor_id: &ActorId, job: Job) {
        match self.queue.push(actor_id, job) {
            Pushed::Waits => {}
            Pushed::Supersedes => self.counters.superseded.add(),
            Pushed::Dropped => self.counters.dropped.add(),
        }
    }

    /// Saves what is handed over, until it is told to end.
    pub(in crate::runtime) async fn run(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = self.queue.filled() => {}
            }
            while !stop.is_cancelled()
                && let Some(job) = self.queue.pop()
            {
                self.save(job).await;
            }
        }
    }

    /// Waits until nothing waits to be saved.
    pub(in crate::runtime) async fn settled(&self) {
        self.queue.emptied().await;
    }

    /// Saves what waits, and takes no more.
    pub(in crate::runtime) async fn close(&self) {
        self.queue.close();
        let rest = async {
            while let Some(job) = self.queue.pop() {
                self.save(job).await;
            }
        };
        if timeout(PATIENCE, rest).await.is_err() {
            tracing::warn!("snapshots that waited to be saved are given up");
        }
        for _ in 0..self.queue.clear() {
            self.counters.dropped.add();
        }
    }

    async fn save(&self, job: Job) {
        let is_instead = job.is_instead;
        if let Some(snapshot) = self.written(job.state) {
            let actor_id = snapshot.actor_id.clone();
            match self.replace(snapshot, is_instead).await {
                Ok(()) => self.counters.saved.add(),
                Err(err) => self.failed(&actor_id, &err),
            }
        }
        self.queue.done();
    }

    fn written(&self, state: State) -> Option<ActorSnapshot> {
        let (mut actor, last_commit, then) = match state {
            State::Written(snapshot) => return Some(snapshot),
            State::Folded {
                actor,
                last_commit,
                then,
            } => (actor, last_commit, then),
        };
        let mut last_commit = last_commit;
        if let Some(then) = then {
            if let Err(err) = actor.apply(&then) {
                self.failed(actor.actor_id(), &err);
                return None;
            }
            last_commit = Some(CommitRef::of(&then));
        }
        match actor.snapshot(last_commit?, self.clock.now()) {
            Ok(snapshot) => snapshot,
            Err(err) => {
                self.failed(actor.actor_id(), &err);
                None
            }
        }
    }

    async fn replace(
        &self,
        snapshot: ActorSnapshot,
        is_instead: bool,
    ) -> Result<(), crate::StoreError> {
        if is_instead {
            // One of another schema replaces whatever is there, and is replaced by whatever comes.
            let empty = ActorSnapshot {
                version: Version::NONE,
                state: Payload::from_checked(Bytes::from_static(b"null")),
                schema_hash: !snapshot.schema_hash,
                ..snapshot.clone()
            };
            self.store.save_snapshot(empty).await?;
        }
        self.store.save_snapshot(snapshot).await
    }

    fn failed(&self, actor: &ActorId, err: &(dyn std::error::Error + 'static)) {
        tracing::warn!(%actor, error = err, "snapshot not saved");
        self.counters.failed.add();
    }
}

impl Start {
    fn job(&self, version: Version, state: State) -> Job {
        Job {
            is_instead: self.kept == Kept::Useless,
            version,
            state,
        }
    }

    fn is_due(
        &self,
        policy: SnapshotPolicy,
        version: Version,
        now: impl FnOnce() -> Timestamp,
    ) -> bool {
        let (count, took) = (version.as_u64(), self.took);
        match self.kept {
            Kept::Unknown => policy.is_turn(self.version.as_u64(), count),
            Kept::Nothing | Kept::Useless => policy.is_due(count, took),
            Kept::At(last) => policy.is_due(count.saturating_sub(last.as_u64()), took),
            Kept::Foreign(taken) => policy.is_due(count, took) && has_rested(taken, now()),
        }
    }
}

/// Whether one that was taken then may be replaced. A clock that went back does not keep it.
fn has_rested(taken: Timestamp, now: Timestamp) -> bool {
    now < taken || taken.after(REST) <= now
}

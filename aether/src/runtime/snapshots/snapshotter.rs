use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    fold::Fold,
    policy::{Policies, SnapshotPolicy},
    queue::{Job, Pushed, Queue, State},
    start::{Kept, Start},
    status::{Counters, SnapshotStatus, UnseenState},
};
use crate::{
    ActorId, ActorSnapshot, Clock, DynEventStore, Payload, SnapshotStore as _, Timestamp, Version,
    runtime::actors::Live,
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
            counters: Counters::new(),
            clock,
            policies,
            unseen,
            queue: Queue::new(),
        }
    }

    pub(in crate::runtime) fn status(&self) -> SnapshotStatus {
        self.counters.status(self.queue.open(), self.unseen.clone())
    }

    /// Keeps the state of an actor if that is due. To write it costs whoever asks for it some
    /// time, to save it does not.
    pub(in crate::runtime) fn consider(
        &self,
        actor_id: &ActorId,
        actor: &dyn Fold,
        start: &mut Start,
    ) {
        let version = actor.version();
        let of_actor = || self.policies.number(actor_id.actor_type());
        let policy = *start.policy.get_or_insert_with(of_actor);
        let policy = self.policies.numbered(policy);
        let is_due = start.is_due(policy, version, || self.clock.now())
            && actor.is_kept()
            && !self.queue.has(actor_id, version);
        if !is_due {
            return;
        }
        let Some(last_commit) = start.last_commit(version) else {
            return;
        };
        if self.queue.is_full() {
            return self.counters.dropped.add();
        }
        match actor.snapshot(actor_id, last_commit, self.clock.now()) {
            Ok(Some(mut snapshot)) => {
                snapshot.sessions = start.sessions().clone();
                let job = Job {
                    is_instead: start.is_instead(version),
                    version,
                    state: State::Written(snapshot),
                };
                self.push(actor_id, job);
                start.set_kept(Kept::At(version), version);
            }
            Ok(None) => {}
            Err(err) => self.failed(actor_id, &err),
        }
        start.see();
        start.took(Duration::ZERO);
    }

    /// Keeps the state of an actor that leaves memory, if the policy says so and it has gone on
    /// since it was last kept.
    pub(in crate::runtime) fn passivate(&self, actor_id: &ActorId, live: Box<Live>) {
        let policy = self.policies.of(actor_id.actor_type());
        if policy.is_passivated {
            self.hand_over(actor_id, live);
        }
    }

    fn hand_over(&self, actor_id: &ActorId, live: Box<Live>) {
        let version = live.fold.version();
        let has_gone_on = live.start.has_gone_on(version, self.clock.now());
        if !live.fold.is_kept() || !has_gone_on {
            return;
        }
        if let Some(last_commit) = live.start.last_commit(version) {
            let is_instead = live.start.is_instead(version);
            let state = State::Folded(live, last_commit);
            let job = Job {
                is_instead,
                version,
                state,
            };
            self.push(actor_id, job);
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
                && let Some((actor_id, job)) = self.queue.pop()
            {
                self.save(&actor_id, job).await;
            }
        }
    }

    /// Waits until nothing waits to be saved.
    pub(in crate::runtime) async fn settled(&self) {
        self.queue.emptied().await;
    }

    /// Saves what waits, and of the actors that are in memory those whose policy says so; takes
    /// no more.
    pub(in crate::runtime) async fn close(&self, lives: Vec<(ActorId, Box<Live>)>) {
        let rest = async {
            self.save_waiting().await;
            for (actor_id, live) in lives {
                let policy = self.policies.of(actor_id.actor_type());
                if policy.is_shut_down {
                    self.hand_over(&actor_id, live);
                    self.save_waiting().await;
                }
            }
        };
        if timeout(PATIENCE, rest).await.is_err() {
            tracing::warn!("snapshots that were to be saved are given up");
        }
        self.queue.close();
        for _ in 0..self.queue.clear() {
            self.counters.dropped.add();
        }
    }

    async fn save_waiting(&self) {
        while let Some((actor_id, job)) = self.queue.pop() {
            self.save(&actor_id, job).await;
        }
    }

    async fn save(&self, actor_id: &ActorId, job: Job) {
        let is_instead = job.is_instead;
        if let Some(snapshot) = self.written(actor_id, job.state) {
            match self.replace(snapshot, is_instead).await {
                Ok(()) => self.counters.saved.add(),
                Err(err) => self.failed(actor_id, &err),
            }
        }
        self.queue.done();
    }

    fn written(&self, actor_id: &ActorId, state: State) -> Option<ActorSnapshot> {
        let (live, last_commit) = match state {
            State::Written(snapshot) => return Some(snapshot),
            State::Folded(live, last_commit) => (live, last_commit),
        };
        match live.fold.snapshot(actor_id, last_commit, self.clock.now()) {
            Ok(snapshot) => snapshot.map(|snapshot| ActorSnapshot {
                sessions: live.start.sessions().clone(),
                ..snapshot
            }),
            Err(err) => {
                self.failed(actor_id, &err);
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
    /// Whether what is kept must make room.
    fn is_instead(&self, version: Version) -> bool {
        self.kept(version) == Kept::Useless
    }

    fn is_due(
        &self,
        policy: SnapshotPolicy,
        version: Version,
        now: impl FnOnce() -> Timestamp,
    ) -> bool {
        let (count, took) = (version.as_u64(), self.duration());
        match self.kept(version) {
            Kept::Unknown => policy.is_turn(self.seen(version).as_u64(), count),
            Kept::Nothing | Kept::Useless => policy.is_due(count, took),
            Kept::At(last) => policy.is_due(count.saturating_sub(last.as_u64()), took),
            Kept::Foreign(taken) => policy.is_due(count, took) && has_rested(taken, now()),
        }
    }

    /// Whether an actor is past the state of it that is kept, as far as that is known.
    fn has_gone_on(&self, version: Version, now: Timestamp) -> bool {
        match self.kept(version) {
            Kept::Unknown | Kept::Nothing | Kept::Useless => version > Version::NONE,
            Kept::At(last) => version > last,
            Kept::Foreign(taken) => has_rested(taken, now),
        }
    }
}

/// Whether one that was taken then may be replaced. A clock that went back does not keep it.
fn has_rested(taken: Timestamp, now: Timestamp) -> bool {
    now < taken || taken.after(REST) <= now
}

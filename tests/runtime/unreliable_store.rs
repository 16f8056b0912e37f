use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use aether::{
    ActorId, ActorSnapshot, Capabilities, Checkpoint, CheckpointStore, Commit, EventStore,
    InMemoryEventStore, Namespace, Page, Position, Receipt, Recorded, SnapshotStore, StoreError,
    StoreErrorKind, Timestamp, Transaction, Version, VersionConflict,
    store::{Span, Stretch},
};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::RwLock;

/// A store that fails when it is told to, and otherwise is the one it wraps.
#[derive(Clone, Default)]
pub(crate) struct UnreliableStore {
    inner: InMemoryEventStore,
    faults: Arc<Faults>,
}

/// What is to fail.
#[derive(Default)]
pub(crate) struct Faults {
    /// How many of the next commits meet a conflict.
    pub conflicts: AtomicU32,
    /// How many of the next commits find no store.
    pub outages: AtomicU32,
    /// How many of the next commits are stored without an answer.
    pub lost_answers: AtomicU32,
    /// How many of the next followings break off after each item.
    pub broken_followings: AtomicU32,
    /// How often the log has been followed.
    pub followings: AtomicU32,
    /// From where it has been followed.
    pub followed_from: Mutex<Vec<u64>>,
    /// Whoever holds it holds up every follower of the log.
    pub(crate) blind: Arc<RwLock<()>>,
    /// Whoever holds it holds up every commit.
    pub(crate) hold: RwLock<()>,
    /// Whoever holds it holds up every checkpoint that is saved.
    pub(crate) saving: RwLock<()>,
    /// Whether it does not say where the log ends.
    pub no_head: AtomicBool,
    /// Whether checkpoints are lost.
    pub no_checkpoints: AtomicBool,
}

impl UnreliableStore {
    pub(crate) fn over(inner: InMemoryEventStore) -> Self {
        Self {
            inner,
            faults: Arc::default(),
        }
    }

    /// Stores an event past all faults.
    pub(crate) async fn inner_append(&self, event: aether::Event) {
        use aether::EventStoreExt as _;
        self.inner.save(event).await.expect("memory does not fail");
    }

    /// From where the log has been followed so far.
    pub(crate) fn followed_from(&self) -> Vec<u64> {
        self.faults.followed_from.lock().unwrap().clone()
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }
}

fn takes_one(count: &AtomicU32) -> bool {
    count
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        })
        .is_ok()
}

fn unavailable() -> StoreError {
    StoreError::new(
        StoreErrorKind::Unavailable,
        "nothing was stored: the store is out of reach",
    )
}

impl EventStore for UnreliableStore {
    fn namespace(&self) -> &Namespace {
        self.inner.namespace()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn transact(&self, transaction: Transaction) -> Result<Vec<Receipt>, StoreError> {
        self.inner.transact(transaction).await
    }

    async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        let _held = self.faults.hold.read().await;
        if takes_one(&self.faults.conflicts) {
            let (actor_id, attempted) = (commit.actor_id().clone(), commit.expected().next());
            let current = attempted;
            return Err(VersionConflict {
                actor_id,
                attempted,
                current,
            }
            .into());
        }
        if takes_one(&self.faults.outages) {
            return Err(unavailable());
        }
        let receipt = self.inner.append(commit).await?;
        if takes_one(&self.faults.lost_answers) {
            return Err(StoreError::new(StoreErrorKind::InDoubt, "no answer came"));
        }
        Ok(receipt)
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        self.inner.read(actor, after).await
    }

    async fn read_back(&self, actor: &ActorId, before: Version) -> Result<Page, StoreError> {
        self.inner.read_back(actor, before).await
    }

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        self.inner.version(actor).await
    }

    async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        self.inner.namespaces().await
    }

    async fn stored_before(&self, moment: Timestamp) -> Result<Position, StoreError> {
        self.inner.stored_before(moment).await
    }

    async fn scan(&self, span: Span) -> Result<Stretch, StoreError> {
        self.inner.scan(span).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        if self.faults.no_head.load(Ordering::SeqCst) {
            return Err(unavailable());
        }
        self.inner.head().await
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        let faults = Arc::clone(&self.faults);
        faults.followings.fetch_add(1, Ordering::SeqCst);
        let from = after.as_u64();
        faults.followed_from.lock().unwrap().push(from);
        let blind = Arc::clone(&faults.blind);
        let breaking = move |count: usize| {
            let breaks = count > 0 && takes_one(&faults.broken_followings);
            std::future::ready(breaks.then_some(()))
        };
        let log = self.inner.follow(after).enumerate();
        log.then(move |(count, recorded)| {
            let breaks = breaking(count);
            let blind = Arc::clone(&blind);
            async move {
                let _sees = blind.read().await;
                breaks.await.map_or(recorded, |()| Err(unavailable()))
            }
        })
    }
}

impl CheckpointStore for UnreliableStore {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        self.inner.checkpoint(reader).await
    }

    async fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let _held = self.faults.saving.read().await;
        if self.faults.no_checkpoints.load(Ordering::SeqCst) {
            return Err(unavailable());
        }
        self.inner.save_checkpoint(reader, checkpoint).await
    }

    async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        if self.faults.no_checkpoints.load(Ordering::SeqCst) {
            return Err(unavailable());
        }
        self.inner
            .replace_checkpoint(reader, expected, checkpoint)
            .await
    }
}

impl SnapshotStore for UnreliableStore {
    async fn snapshot(&self, actor: &ActorId) -> Result<Option<ActorSnapshot>, StoreError> {
        self.inner.snapshot(actor).await
    }

    async fn save_snapshot(&self, snapshot: ActorSnapshot) -> Result<(), StoreError> {
        self.inner.save_snapshot(snapshot).await
    }
}

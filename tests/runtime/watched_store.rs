use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use aether::{
    ActorId, ActorSnapshot, Capabilities, Checkpoint, CheckpointStore, Commit, DynEventStore,
    EventStore, Namespace, Page, Position, Receipt, Recorded, SnapshotStore, Store, StoreError,
    StoreErrorKind, Timestamp, Transaction, Version,
    store::{Span, Stretch},
};
use futures_util::Stream;
use tokio::sync::RwLock;

/// A store that counts what it is asked for, and whose snapshots fail when they are told to.
#[derive(Clone)]
pub(crate) struct WatchedStore {
    inner: DynEventStore,
    pub(crate) seen: Arc<Seen>,
}

#[derive(Default)]
pub(crate) struct Seen {
    /// How often the events of an actor were asked for.
    pub(crate) reads: AtomicU64,
    /// How many commits came of it.
    pub(crate) commits: AtomicU64,
    /// How many commits came of reading backwards.
    pub(crate) commits_back: AtomicU64,
    /// How often a snapshot was asked for.
    pub(crate) lookups: AtomicU64,
    /// How often one was to be saved.
    pub(crate) saves: AtomicU64,
    /// Whether snapshots are out of reach.
    pub(crate) no_snapshots: AtomicBool,
    /// How often a checkpoint was to be kept.
    pub(crate) checkpoints: AtomicU64,
    /// Whether checkpoints are lost.
    pub(crate) no_checkpoints: AtomicBool,
    /// Whoever holds it holds up every save of a snapshot.
    pub(crate) hold: RwLock<()>,
}

impl Seen {
    /// Reads, commits and lookups since the last time it was asked.
    pub(crate) fn take(&self) -> (u64, u64, u64) {
        let [reads, commits, lookups] = [&self.reads, &self.commits, &self.lookups]
            .map(|counter| counter.swap(0, Ordering::SeqCst));
        (reads, commits, lookups)
    }
}

impl WatchedStore {
    pub(crate) fn over(inner: impl Store) -> Self {
        Self {
            inner: DynEventStore::new(inner),
            seen: Arc::default(),
        }
    }
}

fn unavailable() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the store is out of reach")
}

impl EventStore for WatchedStore {
    fn namespace(&self) -> &Namespace {
        self.inner.namespace()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        self.inner.append(commit).await
    }

    async fn transact(&self, transaction: Transaction) -> Result<Vec<Receipt>, StoreError> {
        self.inner.transact(transaction).await
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        let page = self.inner.read(actor, after).await?;
        self.seen.reads.fetch_add(1, Ordering::SeqCst);
        let commits = page.commits.len() as u64;
        self.seen.commits.fetch_add(commits, Ordering::SeqCst);
        Ok(page)
    }

    async fn read_back(&self, actor: &ActorId, before: Version) -> Result<Page, StoreError> {
        let page = self.inner.read_back(actor, before).await?;
        let commits = page.commits.len() as u64;
        self.seen.commits_back.fetch_add(commits, Ordering::SeqCst);
        Ok(page)
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

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        self.inner.version(actor).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.inner.head().await
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        self.inner.follow(after)
    }
}

impl CheckpointStore for WatchedStore {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        self.inner.checkpoint(reader).await
    }

    async fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        self.seen.checkpoints.fetch_add(1, Ordering::SeqCst);
        if self.seen.no_checkpoints.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.inner.save_checkpoint(reader, checkpoint).await
    }

    async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        self.inner
            .replace_checkpoint(reader, expected, checkpoint)
            .await
    }
}

impl SnapshotStore for WatchedStore {
    async fn snapshot(&self, actor: &ActorId) -> Result<Option<ActorSnapshot>, StoreError> {
        self.seen.lookups.fetch_add(1, Ordering::SeqCst);
        if self.seen.no_snapshots.load(Ordering::SeqCst) {
            return Err(unavailable());
        }
        self.inner.snapshot(actor).await
    }

    async fn save_snapshot(&self, snapshot: ActorSnapshot) -> Result<(), StoreError> {
        self.seen.saves.fetch_add(1, Ordering::SeqCst);
        let _held = self.seen.hold.read().await;
        if self.seen.no_snapshots.load(Ordering::SeqCst) {
            return Err(unavailable());
        }
        self.inner.save_snapshot(snapshot).await
    }
}

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use futures_core::Stream;

use super::{
    Capabilities, Checkpoint, CheckpointStore, Commit, EventStore, Page, Position, Receipt,
    Recorded, SnapshotStore, Span, Store, StoreError, Stretch, Transaction,
};
use crate::{ActorId, ActorSnapshot, Namespace, Timestamp, Version};

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;
#[cfg(feature = "runtime")]
pub(crate) type Appending = Answer<'static, Receipt>;
type Log = Pin<Box<dyn Stream<Item = Result<Recorded, StoreError>> + Send>>;

/// Some [`Store`], chosen at run time.
///
/// Cloning is cheap: clones share the store. Each call costs one allocation more than the store
/// itself does.
///
/// ```
/// use aether::{DynEventStore, EventStore, InMemoryEventStore};
///
/// let store = DynEventStore::new(InMemoryEventStore::new());
/// assert_eq!(store.namespace().as_str(), "default");
/// ```
#[derive(Clone)]
pub struct DynEventStore(Arc<dyn Erased>);

impl DynEventStore {
    /// Forgets which store it is.
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }

    /// The same as [`EventStore::append`], which goes on without whoever asked for it.
    #[cfg(feature = "runtime")]
    pub(crate) fn appending(&self, commit: Commit) -> Appending {
        Arc::clone(&self.0).appending(commit)
    }
}

impl fmt::Debug for DynEventStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynEventStore")
            .field("namespace", EventStore::namespace(self))
            .finish()
    }
}

impl EventStore for DynEventStore {
    fn namespace(&self) -> &Namespace {
        self.0.namespace()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        self.0.append(commit).await
    }

    fn append_at_once(&self, commit: Commit) -> Result<Result<Receipt, StoreError>, Commit> {
        self.0.append_at_once(commit)
    }

    async fn transact(&self, transaction: Transaction) -> Result<Vec<Receipt>, StoreError> {
        self.0.transact(transaction).await
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        self.0.read(actor, after).await
    }

    async fn read_back(&self, actor: &ActorId, before: Version) -> Result<Page, StoreError> {
        self.0.read_back(actor, before).await
    }

    async fn read_back_to(
        &self,
        actor: &ActorId,
        before: Version,
        place: Position,
    ) -> Result<Page, StoreError> {
        self.0.read_back_to(actor, before, place).await
    }

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        self.0.version(actor).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.0.head().await
    }

    async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        self.0.namespaces().await
    }

    async fn stored_before(&self, moment: Timestamp) -> Result<Position, StoreError> {
        self.0.stored_before(moment).await
    }

    async fn scan(&self, span: Span) -> Result<Stretch, StoreError> {
        self.0.scan(span).await
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        self.0.follow(after)
    }
}

impl CheckpointStore for DynEventStore {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        self.0.checkpoint(reader).await
    }

    async fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        self.0.save_checkpoint(reader, checkpoint).await
    }

    async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let answer = self.0.replace_checkpoint(reader, expected, checkpoint);
        answer.await
    }
}

impl SnapshotStore for DynEventStore {
    async fn snapshot(&self, actor: &ActorId) -> Result<Option<ActorSnapshot>, StoreError> {
        self.0.snapshot(actor).await
    }

    async fn save_snapshot(&self, snapshot: ActorSnapshot) -> Result<(), StoreError> {
        self.0.save_snapshot(snapshot).await
    }

    fn admit_snapshot(&self, snapshot: &ActorSnapshot) -> bool {
        self.0.admit_snapshot(snapshot)
    }
}

/// [`Store`] with boxed answers.
trait Erased: Send + Sync {
    fn namespace(&self) -> &Namespace;
    fn capabilities(&self) -> Capabilities;
    fn append(&self, commit: Commit) -> Answer<'_, Receipt>;
    fn append_at_once(&self, commit: Commit) -> Result<Result<Receipt, StoreError>, Commit>;
    #[cfg(feature = "runtime")]
    fn appending(self: Arc<Self>, commit: Commit) -> Answer<'static, Receipt>;
    fn transact(&self, transaction: Transaction) -> Answer<'_, Vec<Receipt>>;
    fn read<'a>(&'a self, actor: &'a ActorId, after: Version) -> Answer<'a, Page>;
    fn read_back<'a>(&'a self, actor: &'a ActorId, before: Version) -> Answer<'a, Page>;
    fn read_back_to<'a>(
        &'a self,
        actor: &'a ActorId,
        before: Version,
        place: Position,
    ) -> Answer<'a, Page>;
    fn version<'a>(&'a self, actor: &'a ActorId) -> Answer<'a, Version>;
    fn head(&self) -> Answer<'_, Position>;
    fn namespaces(&self) -> Answer<'_, Vec<Namespace>>;
    fn stored_before(&self, moment: Timestamp) -> Answer<'_, Position>;
    fn scan(&self, span: Span) -> Answer<'_, Stretch>;
    fn follow(&self, after: Position) -> Log;
    fn checkpoint<'a>(&'a self, reader: &'a str) -> Answer<'a, Checkpoint>;
    fn save_checkpoint<'a>(&'a self, reader: &'a str, checkpoint: Checkpoint) -> Answer<'a, ()>;
    fn replace_checkpoint<'a>(
        &'a self,
        reader: &'a str,
        expected: &'a Checkpoint,
        checkpoint: Checkpoint,
    ) -> Answer<'a, ()>;
    fn snapshot<'a>(&'a self, actor: &'a ActorId) -> Answer<'a, Option<ActorSnapshot>>;
    fn save_snapshot(&self, snapshot: ActorSnapshot) -> Answer<'_, ()>;
    fn admit_snapshot(&self, snapshot: &ActorSnapshot) -> bool;
}

impl<S: Store> Erased for S {
    fn namespace(&self) -> &Namespace {
        EventStore::namespace(self)
    }

    fn capabilities(&self) -> Capabilities {
        EventStore::capabilities(self)
    }

    fn append(&self, commit: Commit) -> Answer<'_, Receipt> {
        Box::pin(EventStore::append(self, commit))
    }

    fn append_at_once(&self, commit: Commit) -> Result<Result<Receipt, StoreError>, Commit> {
        EventStore::append_at_once(self, commit)
    }

    #[cfg(feature = "runtime")]
    fn appending(self: Arc<Self>, commit: Commit) -> Answer<'static, Receipt> {
        Box::pin(async move { EventStore::append(&*self, commit).await })
    }

    fn transact(&self, transaction: Transaction) -> Answer<'_, Vec<Receipt>> {
        Box::pin(EventStore::transact(self, transaction))
    }

    fn read<'a>(&'a self, actor: &'a ActorId, after: Version) -> Answer<'a, Page> {
        Box::pin(EventStore::read(self, actor, after))
    }

    fn read_back<'a>(&'a self, actor: &'a ActorId, before: Version) -> Answer<'a, Page> {
        Box::pin(EventStore::read_back(self, actor, before))
    }

    fn read_back_to<'a>(
        &'a self,
        actor: &'a ActorId,
        before: Version,
        place: Position,
    ) -> Answer<'a, Page> {
        Box::pin(EventStore::read_back_to(self, actor, before, place))
    }

    fn version<'a>(&'a self, actor: &'a ActorId) -> Answer<'a, Version> {
        Box::pin(EventStore::version(self, actor))
    }

    fn head(&self) -> Answer<'_, Position> {
        Box::pin(EventStore::head(self))
    }

    fn namespaces(&self) -> Answer<'_, Vec<Namespace>> {
        Box::pin(EventStore::namespaces(self))
    }

    fn stored_before(&self, moment: Timestamp) -> Answer<'_, Position> {
        Box::pin(EventStore::stored_before(self, moment))
    }

    fn scan(&self, span: Span) -> Answer<'_, Stretch> {
        Box::pin(EventStore::scan(self, span))
    }

    fn follow(&self, after: Position) -> Log {
        Box::pin(EventStore::follow(self, after))
    }

    fn checkpoint<'a>(&'a self, reader: &'a str) -> Answer<'a, Checkpoint> {
        Box::pin(CheckpointStore::checkpoint(self, reader))
    }

    fn save_checkpoint<'a>(&'a self, reader: &'a str, checkpoint: Checkpoint) -> Answer<'a, ()> {
        Box::pin(CheckpointStore::save_checkpoint(self, reader, checkpoint))
    }

    fn replace_checkpoint<'a>(
        &'a self,
        reader: &'a str,
        expected: &'a Checkpoint,
        checkpoint: Checkpoint,
    ) -> Answer<'a, ()> {
        let answer = CheckpointStore::replace_checkpoint(self, reader, expected, checkpoint);
        Box::pin(answer)
    }

    fn snapshot<'a>(&'a self, actor: &'a ActorId) -> Answer<'a, Option<ActorSnapshot>> {
        Box::pin(SnapshotStore::snapshot(self, actor))
    }

    fn save_snapshot(&self, snapshot: ActorSnapshot) -> Answer<'_, ()> {
        Box::pin(SnapshotStore::save_snapshot(self, snapshot))
    }

    fn admit_snapshot(&self, snapshot: &ActorSnapshot) -> bool {
        SnapshotStore::admit_snapshot(self, snapshot)
    }
}

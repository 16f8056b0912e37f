use std::{fmt, future::Future, pin::Pin, sync::Arc};

use futures_core::Stream;

use super::{CheckpointStore, Commit, EventStore, Page, Position, Receipt, Recorded, StoreError};
use crate::{ActorId, Namespace, Version};

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;
type Log = Pin<Box<dyn Stream<Item = Result<Recorded, StoreError>> + Send>>;

/// Some [`EventStore`], chosen at run time.
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
    pub fn new(store: impl EventStore + CheckpointStore) -> Self {
        Self(Arc::new(store))
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

    async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        self.0.append(commit).await
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        self.0.read(actor, after).await
    }

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        self.0.version(actor).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.0.head().await
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        self.0.follow(after)
    }
}

impl CheckpointStore for DynEventStore {
    async fn checkpoint(&self, reader: &str) -> Result<Position, StoreError> {
        self.0.checkpoint(reader).await
    }

    async fn save_checkpoint(&self, reader: &str, position: Position) -> Result<(), StoreError> {
        self.0.save_checkpoint(reader, position).await
    }
}

/// [`EventStore`] and [`CheckpointStore`] with boxed answers.
trait Erased: Send + Sync {
    fn namespace(&self) -> &Namespace;
    fn append(&self, commit: Commit) -> Answer<'_, Receipt>;
    fn read<'a>(&'a self, actor: &'a ActorId, after: Version) -> Answer<'a, Page>;
    fn version<'a>(&'a self, actor: &'a ActorId) -> Answer<'a, Version>;
    fn head(&self) -> Answer<'_, Position>;
    fn follow(&self, after: Position) -> Log;
    fn checkpoint<'a>(&'a self, reader: &'a str) -> Answer<'a, Position>;
    fn save_checkpoint<'a>(&'a self, reader: &'a str, position: Position) -> Answer<'a, ()>;
}

impl<S: EventStore + CheckpointStore> Erased for S {
    fn namespace(&self) -> &Namespace {
        EventStore::namespace(self)
    }

    fn append(&self, commit: Commit) -> Answer<'_, Receipt> {
        Box::pin(EventStore::append(self, commit))
    }

    fn read<'a>(&'a self, actor: &'a ActorId, after: Version) -> Answer<'a, Page> {
        Box::pin(EventStore::read(self, actor, after))
    }

    fn version<'a>(&'a self, actor: &'a ActorId) -> Answer<'a, Version> {
        Box::pin(EventStore::version(self, actor))
    }

    fn head(&self) -> Answer<'_, Position> {
        Box::pin(EventStore::head(self))
    }

    fn follow(&self, after: Position) -> Log {
        Box::pin(EventStore::follow(self, after))
    }

    fn checkpoint<'a>(&'a self, reader: &'a str) -> Answer<'a, Position> {
        Box::pin(CheckpointStore::checkpoint(self, reader))
    }

    fn save_checkpoint<'a>(&'a self, reader: &'a str, position: Position) -> Answer<'a, ()> {
        Box::pin(CheckpointStore::save_checkpoint(self, reader, position))
    }
}

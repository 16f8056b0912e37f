use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use futures_core::Stream;
use futures_util::stream;
use tokio::sync::watch;

use super::{
    CheckpointStore, Commit, EventStore, Page, Position, Receipt, Recorded, StoreError,
    VersionConflict,
};
use crate::{ActorId, CommitId, Namespace, Version};

/// Keeps events in memory: for tests, for trying things out, and as the plainest reading of what
/// an [`EventStore`] is.
///
/// Clones share the log. What is in it is gone with the last of them.
///
/// ```
/// use aether::{Event, EventStoreExt, InMemoryEventStore, Version};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = InMemoryEventStore::new();
/// let placed = Event::new("order-123", 1, "OrderPlaced", &json!({ "total": 99.99 }))?;
/// store.save(placed.clone()).await?;
/// assert_eq!(store.events(&placed.actor_id, Version::NONE).await?, [placed]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct InMemoryEventStore {
    shared: Arc<Shared>,
}

struct Shared {
    namespace: Namespace,
    log: RwLock<Log>,
    checkpoints: RwLock<HashMap<String, Position>>,
    /// Where the log ends; what waits for more of it waits here.
    head: watch::Sender<Position>,
}

/// The commit at index 0 has position 1.
#[derive(Default)]
struct Log {
    commits: Vec<Recorded>,
    actors: HashMap<ActorId, Vec<Position>>,
    known: HashMap<CommitId, Receipt>,
}

impl InMemoryEventStore {
    /// How many commits a page holds at most.
    const PAGE: usize = 1_000;

    /// An empty log, in the namespace `default`.
    pub fn new() -> Self {
        Self::in_namespace(Namespace::default())
    }

    /// An empty log, in some namespace.
    pub fn in_namespace(namespace: Namespace) -> Self {
        let (head, _) = watch::channel(Position::START);
        Self {
            shared: Arc::new(Shared {
                namespace,
                log: RwLock::default(),
                checkpoints: RwLock::default(),
                head,
            }),
        }
    }
}

impl Default for InMemoryEventStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for InMemoryEventStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemoryEventStore")
            .field("namespace", &self.shared.namespace)
            .field("head", &*self.shared.head.borrow())
            .finish()
    }
}

impl EventStore for InMemoryEventStore {
    fn namespace(&self) -> &Namespace {
        &self.shared.namespace
    }

    async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        let receipt = self.shared.write().append(commit)?;
        self.shared.head.send_if_modified(|head| {
            let grown = receipt.position > *head;
            *head = receipt.position.max(*head);
            grown
        });
        Ok(receipt)
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        Ok(self.shared.read().page(actor, after, Self::PAGE))
    }

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        Ok(self.shared.read().version(actor))
    }

    async fn head(&self) -> Result<Position, StoreError> {
        Ok(*self.shared.head.borrow())
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        let reader = (
            Arc::clone(&self.shared),
            self.shared.head.subscribe(),
            after,
        );
        stream::unfold(reader, |(shared, mut head, after)| async move {
            // The sender lives in `shared`, so waiting cannot fail while this runs.
            head.wait_for(|head| *head > after).await.ok()?;
            let recorded = shared.read().after(after)?;
            let position = recorded.position;
            Some((Ok(recorded), (shared, head, position)))
        })
    }
}

impl CheckpointStore for InMemoryEventStore {
    async fn checkpoint(&self, reader: &str) -> Result<Position, StoreError> {
        let kept = self
            .shared
            .checkpoints
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(kept.get(reader).copied().unwrap_or_default())
    }

    async fn save_checkpoint(&self, reader: &str, position: Position) -> Result<(), StoreError> {
        let mut kept = self
            .shared
            .checkpoints
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let checkpoint = kept.entry(reader.to_owned()).or_default();
        *checkpoint = position.max(*checkpoint);
        drop(kept);
        Ok(())
    }
}

impl Shared {
    // A panic while the lock is held can only be our own bug; the log itself is never left half
    // written, since each append changes it after its last check.
    fn read(&self) -> RwLockReadGuard<'_, Log> {
        self.log.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Log> {
        self.log.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn append(&mut self, commit: Commit) -> Result<Receipt, StoreError> {
        if let Some(receipt) = self.known.get(&commit.id()) {
            return Ok(*receipt);
        }
        let current = self.version(commit.actor_id());
        if current != commit.expected() {
            let (actor_id, attempted) = (commit.actor_id().clone(), commit.expected().next());
            return Err(VersionConflict {
                actor_id,
                attempted,
                current,
            }
            .into());
        }
        let position = Position::new(self.commits.len() as u64 + 1);
        let receipt = Receipt {
            position,
            version: commit.version(),
        };
        self.known.insert(commit.id(), receipt);
        self.actors
            .entry(commit.actor_id().clone())
            .or_default()
            .push(position);
        self.commits.push(Recorded { position, commit });
        Ok(receipt)
    }

    fn page(&self, actor: &ActorId, after: Version, limit: usize) -> Page {
        let history = self
            .actors
            .get(actor)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let is_read = |position: &Position| {
            self.at(*position)
                .is_none_or(|at| at.commit.version() <= after)
        };
        let unread = history.split_at(history.partition_point(is_read)).1;
        let commits = unread
            .iter()
            .take(limit)
            .filter_map(|position| self.at(*position).cloned());
        Page {
            commits: commits.collect(),
            more: unread.len() > limit,
        }
    }

    fn version(&self, actor: &ActorId) -> Version {
        let last = self.actors.get(actor).and_then(|history| history.last());
        last.and_then(|position| self.at(*position))
            .map_or(Version::NONE, |at| at.commit.version())
    }

    fn after(&self, position: Position) -> Option<Recorded> {
        self.commits
            .get(usize::try_from(position.as_u64()).ok()?)
            .cloned()
    }

    fn at(&self, position: Position) -> Option<&Recorded> {
        self.commits
            .get(usize::try_from(position.as_u64().checked_sub(1)?).ok()?)
    }
}

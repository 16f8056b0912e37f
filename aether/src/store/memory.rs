use std::{
    collections::{HashMap, hash_map::Entry as Place},
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use futures_core::Stream;
use futures_util::stream;
use tokio::sync::watch;

use super::{
    Capabilities, Checkpoint, CheckpointStore, Commit, Direction, Durability, Entry, EventStore,
    Page, Position, Receipt, Recorded, SnapshotStore, Span, StoreError, Stretch, Transaction,
    VersionConflict, not_expected,
};
use crate::{
    ActorId, ActorSnapshot, Clock as _, CommitId, Namespace, SystemClock, Timestamp, Version,
};

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
    checkpoints: RwLock<HashMap<String, Checkpoint>>,
    snapshots: RwLock<HashMap<ActorId, ActorSnapshot>>,
    /// Wakes those who wait for more.
    grown: watch::Sender<()>,
}

/// The commit at index 0 has position 1.
#[derive(Default)]
pub(crate) struct Log {
    commits: Vec<Recorded>,
    /// When each was stored; never earlier than the one before.
    stored: Vec<Timestamp>,
    actors: HashMap<ActorId, History>,
    /// By the ids of commits, as numbers.
    known: HashMap<u128, Position>,
}

/// Where the commits of an actor lie.
#[derive(Default)]
struct History {
    /// That of the last one.
    version: Version,
    positions: Vec<Position>,
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
        Self {
            shared: Arc::new(Shared {
                namespace,
                log: RwLock::default(),
                checkpoints: RwLock::default(),
                snapshots: RwLock::default(),
                grown: watch::Sender::new(()),
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
            .field("head", &self.shared.read().head())
            .finish()
    }
}

impl EventStore for InMemoryEventStore {
    fn namespace(&self) -> &Namespace {
        &self.shared.namespace
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::lasting(Durability::Process).with_transactions(usize::MAX)
    }

    async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        self.shared.append(commit)
    }

    fn append_at_once(&self, commit: Commit) -> Result<Result<Receipt, StoreError>, Commit> {
        Ok(self.shared.append(commit))
    }

    async fn transact(&self, transaction: Transaction) -> Result<Vec<Receipt>, StoreError> {
        let receipts = self.shared.write().transact(transaction)?;
        self.shared.tell();
        Ok(receipts)
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        Ok(self.shared.read().page(actor, after, Self::PAGE))
    }

    async fn read_back(&self, actor: &ActorId, before: Version) -> Result<Page, StoreError> {
        Ok(self.shared.read().page_back(actor, before, Self::PAGE))
    }

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        Ok(self.shared.read().version(actor))
    }

    async fn head(&self) -> Result<Position, StoreError> {
        Ok(self.shared.read().head())
    }

    /// Its own, if anything is in it: every other is a store of its own.
    async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        let is_empty = self.shared.read().head() == Position::START;
        let own = (!is_empty).then(|| self.shared.namespace.clone());
        Ok(own.into_iter().collect())
    }

    async fn stored_before(&self, moment: Timestamp) -> Result<Position, StoreError> {
        Ok(self.shared.read().stored_before(moment))
    }

    async fn scan(&self, span: Span) -> Result<Stretch, StoreError> {
        let log = self.shared.read();
        Ok(log.stretch(span.within(log.head()), Self::PAGE))
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        let grown = self.shared.grown.subscribe();
        let reader = (Arc::clone(&self.shared), grown, after);
        stream::unfold(reader, |(shared, mut grown, after)| async move {
            loop {
                // What is stored from here on is told.
                grown.mark_unchanged();
                let next = shared.read().after(after);
                if let Some(recorded) = next {
                    let position = recorded.position;
                    return Some((Ok(recorded), (shared, grown, position)));
                }
                // The sender lives in `shared`, so waiting cannot fail while this runs.
                grown.changed().await.ok()?;
            }
        })
    }
}

impl CheckpointStore for InMemoryEventStore {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        let kept = read(&self.shared.checkpoints);
        Ok(kept.get(reader).cloned().unwrap_or_default())
    }

    async fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let mut checkpoints = write(&self.shared.checkpoints);
        let kept = checkpoints.entry(reader.to_owned()).or_default();
        if kept.position <= checkpoint.position {
            *kept = checkpoint;
        }
        drop(checkpoints);
        Ok(())
    }

    async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let mut checkpoints = write(&self.shared.checkpoints);
        let kept = checkpoints.entry(reader.to_owned()).or_default();
        let is_expected = *kept == *expected || *kept == checkpoint;
        if is_expected {
            *kept = checkpoint;
        }
        drop(checkpoints);
        is_expected
            .then_some(())
            .ok_or_else(|| not_expected(reader))
    }
}

impl SnapshotStore for InMemoryEventStore {
    async fn snapshot(&self, actor: &ActorId) -> Result<Option<ActorSnapshot>, StoreError> {
        Ok(read(&self.shared.snapshots).get(actor).cloned())
    }

    async fn save_snapshot(&self, snapshot: ActorSnapshot) -> Result<(), StoreError> {
        let mut snapshots = write(&self.shared.snapshots);
        let kept = snapshots.get(&snapshot.actor_id);
        if kept.is_none_or(|kept| snapshot.replaces(kept)) {
            snapshots.insert(snapshot.actor_id.clone(), snapshot);
        }
        drop(snapshots);
        Ok(())
    }

    fn admit_snapshot(&self, _snapshot: &ActorSnapshot) -> bool {
        true
    }
}

// A panic while a lock is held can only be our own bug; nothing is ever left half written, since
// each change is made after its last check.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn read(&self) -> RwLockReadGuard<'_, Log> {
        read(&self.log)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Log> {
        write(&self.log)
    }

    fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        let receipt = self.write().append(commit)?;
        self.tell();
        Ok(receipt)
    }

    /// Wakes whoever waits for more, once it is stored.
    ///
    /// Whoever follows the log is counted before they look at it, and both they and an append have
    /// its lock: so whoever has not seen what was stored is counted here.
    fn tell(&self) {
        if self.grown.receiver_count() > 0 {
            self.grown.send_replace(());
        }
    }
}

impl Log {
    pub(crate) fn append(&mut self, commit: Commit) -> Result<Receipt, StoreError> {
        let place = match self.known.entry(number(commit.id())) {
            Place::Vacant(place) => place,
            Place::Occupied(known) => {
                let stored = recorded_at(&self.commits, *known.get());
                let version = stored.map_or(Version::NONE, |it| it.commit.version());
                return Ok(receipt(*known.get(), version));
            }
        };
        let position = Position::new(self.commits.len() as u64 + 1);
        let receipt = receipt(position, commit.version());
        let (actor, expected) = (commit.actor_id(), commit.expected());
        if let Some(history) = self.actors.get_mut(actor) {
            check(history.version, actor, expected)?;
            history.push(receipt);
        } else {
            check(Version::NONE, actor, expected)?;
            self.actors.insert(actor.clone(), History::of(receipt));
        }
        place.insert(position);
        self.put(Recorded { position, commit });
        Ok(receipt)
    }

    /// What was answered when the commit was stored, if it was.
    pub(crate) fn receipt(&self, id: CommitId) -> Option<Receipt> {
        let recorded = self.at(*self.known.get(&number(id))?)?;
        Some(receipt(recorded.position, recorded.commit.version()))
    }

    /// Where the log ends.
    pub(crate) fn head(&self) -> Position {
        Position::new(self.commits.len() as u64)
    }

    pub(crate) fn transact(
        &mut self,
        transaction: Transaction,
    ) -> Result<Vec<Receipt>, StoreError> {
        let commits = transaction.commits().iter();
        let known = commits
            .clone()
            .filter_map(|commit| self.receipt(commit.id()));
        let known: Vec<Receipt> = known.collect();
        if known.len() == transaction.commits().len() {
            return Ok(known);
        }
        for commit in commits {
            self.check(commit.actor_id(), commit.expected())?;
        }
        for (actor, version) in transaction.guards() {
            self.check(actor, *version)?;
        }
        Ok(transaction
            .into_commits()
            .into_iter()
            .map(|commit| self.store(commit))
            .collect())
    }

    pub(crate) fn check(&self, actor: &ActorId, expected: Version) -> Result<(), VersionConflict> {
        check(self.version(actor), actor, expected)
    }

    /// Stores what was checked before.
    pub(crate) fn store(&mut self, commit: Commit) -> Receipt {
        let position = Position::new(self.head().as_u64() + 1);
        let receipt = receipt(position, commit.version());
        self.known.insert(number(commit.id()), position);
        let history = self.actors.entry(commit.actor_id().clone()).or_default();
        history.push(receipt);
        self.put(Recorded { position, commit });
        receipt
    }

    fn put(&mut self, recorded: Recorded) {
        self.commits.push(recorded);
        let now = SystemClock.now();
        let stored = self.stored.last().map_or(now, |last| now.max(*last));
        self.stored.push(stored);
    }

    fn history(&self, actor: &ActorId) -> &[Position] {
        let history = self.actors.get(actor);
        history.map_or(&[], |history| &history.positions)
    }

    pub(crate) fn page(&self, actor: &ActorId, after: Version, limit: usize) -> Page {
        let history = self.history(actor);
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

    pub(crate) fn page_back(&self, actor: &ActorId, before: Version, limit: usize) -> Page {
        let history = self.history(actor);
        let is_wanted = |position: &Position| {
            self.at(*position)
                .is_some_and(|at| at.commit.expected().next() < before)
        };
        let wanted = history.split_at(history.partition_point(is_wanted)).0;
        let newest = wanted.iter().rev().take(limit);
        Page {
            commits: newest
                .filter_map(|position| self.at(*position).cloned())
                .collect(),
            more: wanted.len() > limit,
        }
    }

    pub(crate) fn stored_before(&self, moment: Timestamp) -> Position {
        let before = self.stored.partition_point(|stored| *stored < moment);
        Position::new(before as u64)
    }

    pub(crate) fn stretch(&self, span: Span, limit: usize) -> Stretch {
        let bound = |at: Position| usize::try_from(at.as_u64()).unwrap_or(usize::MAX);
        let part = self.commits.get(bound(span.after)..bound(span.until));
        let part = part.unwrap_or_default().iter().cloned().map(Entry::Commit);
        let entries: Vec<Entry> = match span.direction {
            Direction::Forwards => part.take(limit).collect(),
            Direction::Backwards => part.rev().take(limit).collect(),
        };
        let rest = entries.last().and_then(|last| span.rest(last.position()));
        Stretch { entries, rest }
    }

    pub(crate) fn version(&self, actor: &ActorId) -> Version {
        let history = self.actors.get(actor);
        history.map_or(Version::NONE, |history| history.version)
    }

    pub(crate) fn after(&self, position: Position) -> Option<Recorded> {
        self.commits
            .get(usize::try_from(position.as_u64()).ok()?)
            .cloned()
    }

    fn at(&self, position: Position) -> Option<&Recorded> {
        recorded_at(&self.commits, position)
    }
}

impl History {
    fn of(receipt: Receipt) -> Self {
        let (version, positions) = (receipt.version, vec![receipt.position]);
        Self { version, positions }
    }

    fn push(&mut self, receipt: Receipt) {
        self.version = receipt.version;
        self.positions.push(receipt.position);
    }
}

const fn number(id: CommitId) -> u128 {
    id.as_uuid().as_u128()
}

const fn receipt(position: Position, version: Version) -> Receipt {
    Receipt { position, version }
}

fn recorded_at(commits: &[Recorded], position: Position) -> Option<&Recorded> {
    let index = position.as_u64().checked_sub(1)?;
    commits.get(usize::try_from(index).ok()?)
}

fn check(current: Version, actor: &ActorId, expected: Version) -> Result<(), VersionConflict> {
    if current == expected {
        return Ok(());
    }
    Err(VersionConflict {
        actor_id: actor.clone(),
        attempted: expected.next(),
        current,
    })
}

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_core::Stream;
use tokio::sync::watch;

use super::{
    beside,
    core::{Core, off_thread},
    follow,
    home::Home,
    ledger::{Entry, Unit},
    options::EmbeddedOptions,
    reading,
    record::Record,
    scan,
    tables::Tables,
    verify::{self, Verified},
    writer::Work,
};
use crate::{
    ActorId, ActorSnapshot, Capabilities, Checkpoint, CheckpointStore, Commit, Durability,
    EventStore, Namespace, Page, Position, Receipt, Recorded, SnapshotStore, StoreError,
    StoreErrorKind, Timestamp, Transaction, Version,
    store::{Span, Stretch},
    wire,
};

/// Keeps events in a folder on the disk of one machine, without a server.
///
/// A commit is on the disk when it is answered. Clones share the store, and so do the stores of
/// other namespaces in the same folder, see [`EmbeddedEventStore::in_namespace`].
///
/// The folder is free for others when the last clone and the last stream that follows the log
/// are dropped. That drop finishes what was handed over, and so may block for as long as a few
/// syncs of the disk. The store needs a tokio runtime: it reads on the threads that tokio has for
/// blocking work, and writes on a thread of its own.
///
/// ```
/// use aether::{EmbeddedEventStore, Event, EventStoreExt, Version};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("aether-embedded-{}", std::process::id()));
/// let placed = Event::new("order-123", 1, "OrderPlaced", &json!({ "total": 99.99 }))?;
/// let store = EmbeddedEventStore::open(&folder).await?;
/// store.save(placed.clone()).await?;
/// drop(store);
///
/// let store = EmbeddedEventStore::open(&folder).await?;
/// assert_eq!(store.events(&placed.actor_id, Version::NONE).await?, [placed]);
/// # drop(store);
/// # std::fs::remove_dir_all(folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct EmbeddedEventStore {
    core: Arc<Core>,
    folder: Arc<Path>,
    namespace: Namespace,
    head: watch::Sender<Position>,
    page_bytes: usize,
}

impl EmbeddedEventStore {
    /// The most bytes a commit may take as it is stored: 64 MiB for its wire form and the 45
    /// bytes before it.
    pub const MAX_COMMIT_BYTES: usize = 64 << 20;

    /// The most bytes the state of a snapshot or of a reader may take; 64 MiB.
    pub const MAX_STATE_BYTES: usize = 64 << 20;

    /// Opens the namespace `default` in a folder, which is made if there is none.
    ///
    /// If the process that had it open was killed, the whole file is checked first, and what was
    /// written but not yet answered may be gone.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Unavailable`]: another store has the folder open, in this process or
    ///   in another one, which is named; or the disk is full or fails.
    /// - [`StoreErrorKind::Misconfigured`]: the folder is a file, cannot be made or cannot be
    ///   written to; or it was written by a later version of Aether or by something else.
    /// - [`StoreErrorKind::Corrupt`]: the file is damaged.
    ///
    /// # Cancel safety
    /// Cancel safe: the folder is free again once what was begun has ended.
    pub async fn open(folder: impl AsRef<Path>) -> Result<Self, StoreError> {
        EmbeddedOptions::new().open(folder).await
    }

    pub(super) async fn open_with(
        folder: PathBuf,
        options: EmbeddedOptions,
    ) -> Result<Self, StoreError> {
        off_thread(move || {
            if options.existing {
                Home::check_exists(&folder)?;
            }
            let core = Arc::new(Core::open(&folder, options.cache_bytes)?);
            Self::on(core, folder.into(), options)
        })
        .await
    }

    pub(super) fn on(
        core: Arc<Core>,
        folder: Arc<Path>,
        options: EmbeddedOptions,
    ) -> Result<Self, StoreError> {
        let head = core.head(&options.namespace)?;
        Ok(Self {
            core,
            folder,
            namespace: options.namespace,
            head,
            page_bytes: options.page_bytes,
        })
    }

    /// The store of another namespace in the same folder.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Unavailable`]: the disk fails.
    /// - [`StoreErrorKind::Corrupt`]: the file is damaged.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn in_namespace(&self, namespace: Namespace) -> Result<Self, StoreError> {
        let (core, folder) = (Arc::clone(&self.core), Arc::clone(&self.folder));
        let options = EmbeddedOptions::new()
            .namespace(namespace)
            .page_bytes(self.page_bytes);
        off_thread(move || Self::on(core, folder, options)).await
    }

    /// The folder it is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads everything there is of the namespace, and checks it: that the log has no gaps, that
    /// every record is as it was written, that the histories of all actors lead to their commits
    /// and have no gaps either, and that every checkpoint and every snapshot is as it was written.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Corrupt`]: the first thing that is wrong, with its position, or the
    ///   reader or the actor whose it is.
    /// - [`StoreErrorKind::Unavailable`]: the disk fails.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        let namespace = self.namespace.clone();
        self.core
            .read(move |database| verify::verify(database, &namespace))
            .await
    }

    async fn write(&self, unit: Unit) -> Result<Vec<Position>, StoreError> {
        self.core.write(&self.namespace, Work::Append(unit)).await
    }

    fn entry(&self, commit: &Commit) -> Result<Entry, StoreError> {
        let record = Record::new(commit, &wire::encode(commit, &self.namespace));
        fits("commit", record.len(), Self::MAX_COMMIT_BYTES)?;
        Ok(Entry {
            actor: commit.actor_id().clone(),
            commit_id: commit.id(),
            expected: commit.expected(),
            last: commit.version(),
            record,
        })
    }
}

fn fits(what: &str, length: usize, most: usize) -> Result<(), StoreError> {
    if length <= most {
        return Ok(());
    }
    let what = format!(
        "nothing was stored: the {what} is {length} bytes long, and at most {most} are allowed"
    );
    Err(StoreError::new(StoreErrorKind::TooLarge, what))
}

impl fmt::Debug for EmbeddedEventStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedEventStore")
            .field("folder", &self.folder)
            .field("namespace", &self.namespace)
            .field("head", &*self.head.borrow())
            .finish_non_exhaustive()
    }
}

impl EventStore for EmbeddedEventStore {
    fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::lasting(Durability::Disk)
            .with_transactions(usize::MAX)
            .with_limits(Self::MAX_COMMIT_BYTES, Self::MAX_STATE_BYTES)
    }

    async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        let (entries, version) = (vec![self.entry(&commit)?], commit.version());
        drop(commit);
        let guards = Vec::new();
        let positions = self.write(Unit { entries, guards }).await?;
        let [position] = *positions else {
            unreachable!("one commit has one position");
        };
        Ok(Receipt { position, version })
    }

    async fn transact(&self, transaction: Transaction) -> Result<Vec<Receipt>, StoreError> {
        let commits = transaction.commits().iter();
        let entries: Vec<Entry> = commits.map(|it| self.entry(it)).collect::<Result<_, _>>()?;
        let versions: Vec<Version> = entries.iter().map(|it| it.last).collect();
        let guards = transaction.guards().to_vec();
        drop(transaction);
        let positions = self.write(Unit { entries, guards }).await?;
        let receipts = positions.into_iter().zip(versions);
        Ok(receipts
            .map(|(position, version)| Receipt { position, version })
            .collect())
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        let (tables, actor, bytes) = (Tables::of(&self.namespace), actor.clone(), self.page_bytes);
        self.core
            .read(move |database| reading::page(database, &tables, &actor, after, bytes))
            .await
    }

    async fn read_back(&self, actor: &ActorId, before: Version) -> Result<Page, StoreError> {
        let (tables, actor, bytes) = (Tables::of(&self.namespace), actor.clone(), self.page_bytes);
        self.core
            .read(move |database| reading::page_back(database, &tables, &actor, before, bytes))
            .await
    }

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        let (tables, actor) = (Tables::of(&self.namespace), actor.clone());
        self.core
            .read(move |database| reading::version(database, &tables, &actor))
            .await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        Ok(*self.head.borrow())
    }

    async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        self.core.read(reading::namespaces).await
    }

    async fn stored_before(&self, moment: Timestamp) -> Result<Position, StoreError> {
        let tables = Tables::of(&self.namespace);
        self.core
            .read(move |database| scan::stored_before(database, &tables, moment))
            .await
    }

    async fn scan(&self, span: Span) -> Result<Stretch, StoreError> {
        let (tables, bytes) = (Tables::of(&self.namespace), self.page_bytes);
        self.core
            .read(move |database| scan::stretch(database, &tables, span, bytes))
            .await
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        let core = Arc::clone(&self.core);
        follow::follow(core, &self.namespace, self.head.subscribe(), after)
    }
}

impl CheckpointStore for EmbeddedEventStore {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        let (namespace, reader) = (self.namespace.clone(), reader.to_owned());
        self.core
            .read(move |database| reading::checkpoint(database, &namespace, &reader))
            .await
    }

    async fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        if let Some(state) = &checkpoint.state {
            let length = state.data.as_bytes().len();
            fits("state of the reader", length, Self::MAX_STATE_BYTES)?;
        }
        let work = Work::Checkpoint {
            reader: reader.to_owned(),
            position: checkpoint.position,
            bytes: beside::checkpoint(&self.namespace, reader, &checkpoint),
        };
        drop(checkpoint);
        self.core.write(&self.namespace, work).await.map(drop)
    }

    async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        if let Some(state) = &checkpoint.state {
            let length = state.data.as_bytes().len();
            fits("state of the reader", length, Self::MAX_STATE_BYTES)?;
        }
        let work = Work::Replacement {
            reader: reader.to_owned(),
            expected: expected.clone(),
            checkpoint,
        };
        self.core.write(&self.namespace, work).await.map(drop)
    }
}

impl SnapshotStore for EmbeddedEventStore {
    async fn snapshot(&self, actor: &ActorId) -> Result<Option<ActorSnapshot>, StoreError> {
        let (namespace, actor) = (self.namespace.clone(), actor.clone());
        self.core
            .read(move |database| reading::snapshot(database, &namespace, &actor))
            .await
    }

    async fn save_snapshot(&self, snapshot: ActorSnapshot) -> Result<(), StoreError> {
        let length = snapshot.state.as_bytes().len();
        fits("state of the actor", length, Self::MAX_STATE_BYTES)?;
        let bytes = beside::snapshot(&self.namespace, &snapshot);
        let work = Work::Snapshot { snapshot, bytes };
        self.core.write(&self.namespace, work).await.map(drop)
    }
}

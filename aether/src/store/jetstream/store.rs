use std::{
    fmt,
    sync::{Arc, atomic::AtomicUsize},
};

use async_nats::{
    Client,
    datetime::DateTime,
    jetstream::{self, stream},
};
use futures_core::Stream;
use tokio::sync::OnceCell;

use super::{
    Drift, JetStreamOptions, abilities::Abilities, denials::Denials, follow, listing, memo::Memo,
    names::Names, patience::Patience, readings::Readings, replies::Replies,
};
use crate::{
    ActorId, ActorSnapshot, Capabilities, Checkpoint, CheckpointStore, Commit, EventStore,
    Namespace, Page, Position, Receipt, Recorded, SnapshotStore, StoreError, Timestamp,
    Transaction, Version,
    store::{Span, Stretch},
};

/// Keeps events in a stream of NATS `JetStream`: one stream for a namespace, one subject for an
/// actor, one message for a commit.
///
/// Cloning is cheap: clones share the connection and what is remembered. What is promised of
/// reads is said [here](super#consistency).
///
/// ```no_run
/// use aether::{Event, EventStoreExt, store::jetstream::JetStreamEventStore};
/// use serde_json::json;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let store = JetStreamEventStore::connect("nats://127.0.0.1:4222").await?;
/// store.save(Event::new("order-123", 1, "OrderPlaced", &json!({ "total": 99.99 }))?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct JetStreamEventStore {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) options: JetStreamOptions,
    pub(super) names: Names,
    pub(super) context: jetstream::Context,
    /// The context's: to ask it for its client copies that.
    pub(super) client: Client,
    pub(super) stream: stream::Stream<()>,
    pub(super) abilities: Abilities,
    pub(super) drift: Vec<Drift>,
    /// When the stream was made, which tells it from another one of the same name.
    pub(super) created: DateTime,
    pub(super) denials: Denials,
    /// Where what is sent is answered to.
    pub(super) replies: Replies,
    pub(super) memo: Memo,
    pub(super) readings: Readings,
    /// How many bytes a message had of late in a long reading, 0 if there was none: how many are
    /// asked for at once.
    pub(super) message_bytes: AtomicUsize,
    /// The stream of what is derived from the log, opened when it is first needed.
    pub(super) state: OnceCell<stream::Stream<()>>,
}

impl JetStreamEventStore {
    /// Connects to a server and opens the stream of the namespace `default`, with the
    /// [`JetStreamOptions`] of a new store.
    ///
    /// # Errors
    /// As for [`JetStreamOptions::open`], and `Unavailable` if no server answers at `url`.
    ///
    /// # Cancel safety
    /// Cancel safe: at worst a stream is there that is empty.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        JetStreamOptions::new().connect(url).await
    }

    pub(super) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The name of the stream that holds the namespace.
    pub fn stream_name(&self) -> &str {
        self.shared.names.stream()
    }

    /// What is not as the store would have made it in the stream, as it was when it was opened.
    pub fn drift(&self) -> &[Drift] {
        &self.shared.drift
    }

    /// The subject that holds the events of an actor.
    pub fn subject(&self, actor: &ActorId) -> String {
        self.shared.names.subject(actor)
    }

    /// The version an actor was at when this store, or a clone of it, last stored, read or was
    /// told something of it, without asking the server; none if nothing is remembered.
    ///
    /// Others may have written since. It is good enough to expect it in a commit, for that is
    /// checked when it is stored.
    pub fn remembered_version(&self, actor: &ActorId) -> Option<Version> {
        let version = self.shared.memo.known(actor).tail.version;
        (version > Version::NONE).then_some(version)
    }
}

impl fmt::Debug for JetStreamEventStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JetStreamEventStore")
            .field("namespace", &self.shared.options.namespace)
            .field("stream", &self.stream_name())
            .finish_non_exhaustive()
    }
}

impl EventStore for JetStreamEventStore {
    fn namespace(&self) -> &Namespace {
        &self.shared.options.namespace
    }

    fn capabilities(&self) -> Capabilities {
        let max_payload = self.shared.client.max_payload();
        self.shared.abilities.capabilities(max_payload)
    }

    fn append(&self, commit: Commit) -> impl Future<Output = Result<Receipt, StoreError>> + Send {
        self.shared.append(commit)
    }

    async fn transact(&self, transaction: Transaction) -> Result<Vec<Receipt>, StoreError> {
        self.shared.transact(transaction).await
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        let question = || self.shared.page(actor, after);
        self.shared.patience().ask(question).await
    }

    async fn read_back(&self, actor: &ActorId, before: Version) -> Result<Page, StoreError> {
        self.read_back_to(actor, before, Position::START).await
    }

    async fn read_back_to(
        &self,
        actor: &ActorId,
        before: Version,
        place: Position,
    ) -> Result<Page, StoreError> {
        let question = || self.shared.page_back(actor, before, place);
        self.shared.patience().ask(question).await
    }

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        let question = || self.shared.current(actor);
        self.shared.patience().ask(question).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        let question = || self.shared.head();
        self.shared.patience().ask(question).await
    }

    async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        let question = || listing::namespaces(&self.shared.context);
        self.shared.patience().ask(question).await
    }

    async fn stored_before(&self, moment: Timestamp) -> Result<Position, StoreError> {
        let question = || self.shared.place_of(moment);
        self.shared.patience().ask(question).await
    }

    async fn scan(&self, span: Span) -> Result<Stretch, StoreError> {
        let question = || self.shared.stretch(span);
        self.shared.patience().ask(question).await
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        follow::follow(Arc::clone(&self.shared), after)
    }
}

impl CheckpointStore for JetStreamEventStore {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        self.shared.checkpoint(reader).await
    }

    async fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        self.shared.save_checkpoint(reader, &checkpoint).await
    }

    async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let shared = &self.shared;
        let answer = shared.replace_checkpoint(reader, expected, &checkpoint);
        answer.await
    }
}

impl SnapshotStore for JetStreamEventStore {
    async fn snapshot(&self, actor: &ActorId) -> Result<Option<ActorSnapshot>, StoreError> {
        self.shared.snapshot(actor).await
    }

    async fn save_snapshot(&self, snapshot: ActorSnapshot) -> Result<(), StoreError> {
        self.shared.save_snapshot(&snapshot).await
    }

    fn admit_snapshot(&self, snapshot: &ActorSnapshot) -> bool {
        self.shared.admit_snapshot(snapshot);
        true
    }
}

impl Shared {
    pub(super) fn patience(&self) -> Patience {
        Patience::lasting(self.options.patience, &self.denials)
    }
}

use std::{fmt, sync::Arc};

use futures_core::Stream;

use super::{
    EventBus, EventStored,
    flights::{Flights, Outcome, Ticket},
};
use crate::{
    ActorId, ActorSnapshot, Capabilities, Checkpoint, CheckpointStore, Commit, EventStore,
    Namespace, Page, Position, Receipt, Recorded, SnapshotStore, StoreError, StoreErrorKind,
    Timestamp, Transaction, Version,
    store::{Span, Stretch},
};

/// A store that tells a bus of each commit it has stored: the store itself in all else.
///
/// The commits of an actor that are stored through one broadcaster, or clones of it, are told in
/// the order of their versions. A commit that is appended again is told again. A commit of which
/// it is not known whether it was stored, for the answer did not come or was not waited for, is
/// told as one that was [missed](super::Told::Missed). A bus that is closed hinders no commit.
///
/// It can be given to a runtime as any store can, and so tells what commands, policies and process
/// managers store.
pub struct EventBroadcaster<S, B>(Arc<Inner<S, B>>);

struct Inner<S, B> {
    store: S,
    bus: B,
    flights: Flights,
}

impl<S: EventStore, B: EventBus> EventBroadcaster<S, B> {
    /// Tells `bus` what `store` stores.
    pub fn new(store: S, bus: B) -> Self {
        Self(Arc::new(Inner {
            store,
            bus,
            flights: Flights::new(),
        }))
    }

    /// The bus.
    pub fn bus(&self) -> &B {
        &self.0.bus
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.0.store
    }
}

impl<S: EventStore, B: EventBus> Inner<S, B> {
    fn begin(&self, commit: &Commit) -> UnderWay<'_, S, B> {
        let ticket = self.flights.begin(commit.actor_id(), commit.expected());
        UnderWay {
            broadcaster: self,
            ticket,
            over: false,
        }
    }

    fn tell(&self, outcome: Outcome) {
        let told = match outcome {
            Outcome::Stored(notice) => self.bus.publish(notice),
            Outcome::Unknown => self.bus.publish_missed(self.store.namespace(), 1),
            Outcome::Nothing => Ok(()),
        };
        // What is built without all that runs is built without `tracing`.
        #[cfg(any(feature = "embedded", feature = "nats", feature = "runtime"))]
        if let Err(err) = &told {
            tracing::debug!(error = %err, "nobody was told of a commit");
        }
        drop(told);
    }

    fn stored(&self, receipt: Receipt, commit: Commit) -> Outcome {
        let position = receipt.position;
        let namespace = self.store.namespace().clone();
        let recorded = Recorded { position, commit };
        Outcome::Stored(Arc::new(EventStored::new(namespace, recorded)))
    }
}

/// An append that is under way. If it is let go before its end, nobody knows what came of it.
struct UnderWay<'a, S: EventStore, B: EventBus> {
    broadcaster: &'a Inner<S, B>,
    ticket: Ticket,
    over: bool,
}

impl<S: EventStore, B: EventBus> UnderWay<'_, S, B> {
    fn end(mut self, outcome: Outcome) {
        self.finish(outcome);
    }

    fn finish(&mut self, outcome: Outcome) {
        self.over = true;
        let broadcaster = self.broadcaster;
        let tell = |outcome| broadcaster.tell(outcome);
        broadcaster.flights.end(&self.ticket, outcome, tell);
    }
}

impl<S: EventStore, B: EventBus> Drop for UnderWay<'_, S, B> {
    fn drop(&mut self) {
        if !self.over {
            self.finish(Outcome::Unknown);
        }
    }
}

/// What came of an append that failed.
fn failed(err: &StoreError) -> Outcome {
    match err.kind() {
        StoreErrorKind::InDoubt => Outcome::Unknown,
        StoreErrorKind::Conflict
        | StoreErrorKind::Unavailable
        | StoreErrorKind::Corrupt
        | StoreErrorKind::Misconfigured
        | StoreErrorKind::TooLarge
        | StoreErrorKind::Invalid => Outcome::Nothing,
    }
}

impl<S, B> Clone for EventBroadcaster<S, B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: fmt::Debug, B: fmt::Debug> fmt::Debug for EventBroadcaster<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBroadcaster")
            .field("store", &self.0.store)
            .field("bus", &self.0.bus)
            .finish_non_exhaustive()
    }
}

impl<S: EventStore, B: EventBus> EventStore for EventBroadcaster<S, B> {
    fn namespace(&self) -> &Namespace {
        self.0.store.namespace()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.store.capabilities()
    }

    async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        let (inner, told) = (&*self.0, commit.clone());
        let under_way = inner.begin(&told);
        let answer = inner.store.append(commit).await;
        under_way.end(match &answer {
            Ok(receipt) => inner.stored(*receipt, told),
            Err(err) => failed(err),
        });
        answer
    }

    async fn transact(&self, transaction: Transaction) -> Result<Vec<Receipt>, StoreError> {
        let (inner, told) = (&*self.0, transaction.commits().to_vec());
        let under_way: Vec<_> = told.iter().map(|commit| inner.begin(commit)).collect();
        let answer = inner.store.transact(transaction).await;
        let mut receipts = answer.as_deref().unwrap_or_default().iter();
        for (under_way, commit) in under_way.into_iter().zip(told.iter().cloned()) {
            under_way.end(match (&answer, receipts.next()) {
                (Ok(_), Some(receipt)) => inner.stored(*receipt, commit),
                (Ok(_), None) => Outcome::Unknown,
                (Err(err), _) => failed(err),
            });
        }
        answer
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        self.0.store.read(actor, after).await
    }

    async fn read_back(&self, actor: &ActorId, before: Version) -> Result<Page, StoreError> {
        self.0.store.read_back(actor, before).await
    }

    async fn read_back_to(
        &self,
        actor: &ActorId,
        before: Version,
        place: Position,
    ) -> Result<Page, StoreError> {
        self.0.store.read_back_to(actor, before, place).await
    }

    async fn version(&self, actor: &ActorId) -> Result<Version, StoreError> {
        self.0.store.version(actor).await
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.0.store.head().await
    }

    async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        self.0.store.namespaces().await
    }

    async fn stored_before(&self, moment: Timestamp) -> Result<Position, StoreError> {
        self.0.store.stored_before(moment).await
    }

    async fn scan(&self, span: Span) -> Result<Stretch, StoreError> {
        self.0.store.scan(span).await
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        self.0.store.follow(after)
    }
}

impl<S: CheckpointStore, B: EventBus> CheckpointStore for EventBroadcaster<S, B> {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        self.0.store.checkpoint(reader).await
    }

    async fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        self.0.store.save_checkpoint(reader, checkpoint).await
    }

    async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let store = &self.0.store;
        store.replace_checkpoint(reader, expected, checkpoint).await
    }
}

impl<S: SnapshotStore, B: EventBus> SnapshotStore for EventBroadcaster<S, B> {
    async fn snapshot(&self, actor: &ActorId) -> Result<Option<ActorSnapshot>, StoreError> {
        self.0.store.snapshot(actor).await
    }

    async fn save_snapshot(&self, snapshot: ActorSnapshot) -> Result<(), StoreError> {
        self.0.store.save_snapshot(snapshot).await
    }

    fn admit_snapshot(&self, snapshot: &ActorSnapshot) -> bool {
        self.0.store.admit_snapshot(snapshot)
    }
}

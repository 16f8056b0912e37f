use std::{sync::Arc, time::Duration};

use tokio::{sync::OwnedRwLockReadGuard, time::Instant};

use super::{
    Control, Saving,
    fold::Fold,
    following::Stop,
    ledger::{Ledger, Place, key},
    status::Keeping,
};
use crate::{
    Checkpoint, CheckpointStore as _, Clock, DynEventStore, EventStore as _, InvalidPayload,
    Payload, Position, ReaderState, StoreError, StoreErrorKind,
    domain::{Handlers, Projection, SnapshotCodec},
    runtime::{follower::chain, tasks::aside},
};

/// Keeps the state of a projection beside the log, with its position.
pub(super) struct Keeper<P> {
    pub(super) store: DynEventStore,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) control: Arc<Control>,
    pub(super) codec: Arc<SnapshotCodec<P>>,
    pub(super) schema: u64,
    pub(super) saving: Saving,
    kept: Mark,
    seen: Mark,
    /// Since when there has been something that is not kept.
    since: Option<Instant>,
    /// Before which nothing is kept again.
    rest_until: Option<Instant>,
}

/// How much a state has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Mark {
    generation: u64,
    events: u64,
}

impl Mark {
    const fn of<P>(fold: &Fold<P>) -> Self {
        Self {
            generation: fold.generation,
            events: fold.events,
        }
    }
}

impl<P: Projection + Handlers> Keeper<P> {
    /// For so many times as long as keeping took, nothing is kept again.
    const REST: u32 = 9;
    /// How long nothing is kept, at the least, after that has failed.
    const PAUSE: Duration = Duration::from_secs(1);

    pub(super) fn new(
        (store, clock): (DynEventStore, Arc<dyn Clock>),
        control: Arc<Control>,
        codec: SnapshotCodec<P>,
        saving: Saving,
    ) -> Self {
        Self {
            store,
            clock,
            control,
            schema: codec.schema().hash(),
            codec: Arc::new(codec),
            saving,
            kept: Mark::default(),
            seen: Mark::default(),
            since: None,
            rest_until: None,
        }
    }

    fn key(&self, generation: u64) -> String {
        key(self.control.name, self.schema, generation)
    }

    /// What is kept, of the last rebuild if that was done; otherwise nothing yet.
    pub(super) async fn load(&mut self) -> Result<Fold<P>, Stop> {
        let (store, name) = (&self.store, self.control.name);
        let ledger = Ledger::read(store).await.map_err(|err| Stop::of(&err))?;
        let (page, head) = (ledger.page(name), store.head().await);
        let head = head.map_err(|err| Stop::of(&err))?;
        self.control.hear(page.order());
        for place in page.of(self.schema) {
            if let Some(fold) = self.read(place, head).await? {
                (self.kept, self.seen) = (Mark::of(&fold), Mark::of(&fold));
                return Ok(fold);
            }
        }
        let fold = Fold::beginning(page.next(), head);
        self.enter(fold.generation).await?;
        // To ask what is kept says to a store that encrypts that this is begun now.
        let key = self.key(fold.generation);
        store.checkpoint(&key).await.map_err(|err| Stop::of(&err))?;
        self.kept = Mark::of(&fold);
        Ok(fold)
    }

    /// A state as it is kept; none if there is none that can be used.
    async fn read(&self, place: Place, head: Position) -> Result<Option<Fold<P>>, Stop> {
        let (name, generation) = (self.control.name, place.generation);
        let useless = |reason: &str| {
            tracing::warn!(projection = name, generation, reason, "not used, made anew");
            Ok(None)
        };
        let kept = match self.store.checkpoint(&place.key(name)).await {
            Ok(kept) => kept,
            Err(err) if err.kind() == StoreErrorKind::Corrupt => return useless(&chain(&err)),
            Err(err) => return Err(Stop::of(&err)),
        };
        let position = kept.position;
        if position > head {
            // It would stay, for it is further than all that comes, and be used when the log is.
            let key = place.key(name);
            let emptied = self
                .store
                .replace_checkpoint(&key, &kept, Checkpoint::default());
            emptied.await.map_err(|err| Stop::of(&err))?;
            return useless("it is further than the log, which must be another one");
        }
        let Some(state) = kept.state.filter(|it| it.schema_hash == self.schema) else {
            return Ok(None);
        };
        let (codec, bytes) = (Arc::clone(&self.codec), state.data.as_bytes().len());
        let decoded = aside(move || codec.decode(&state.data)).await;
        match decoded {
            Ok(Ok(state)) => {
                self.tell(position, bytes);
                Ok(Some(Fold::kept(state, position, generation)))
            }
            Ok(Err(err)) => useless(&chain(&err)),
            Err(err) => useless(&chain(&err)),
        }
    }

    /// Begins anew: what was kept may hold what is forgotten now.
    pub(super) async fn begin(&mut self, generation: u64) -> Result<Fold<P>, Stop> {
        let head = self.store.head().await.map_err(|err| Stop::of(&err))?;
        self.enter(generation).await?;
        let kept = self.store.checkpoint(&self.key(generation)).await;
        kept.map_err(|err| Stop::of(&err))?;
        let fold = Fold::beginning(generation, head);
        (self.kept, self.seen, self.since) = (Mark::of(&fold), Mark::of(&fold), None);
        Ok(fold)
    }

    async fn enter(&self, generation: u64) -> Result<(), Stop> {
        let place = Place {
            schema: self.schema,
            generation,
            since: self.clock.now(),
        };
        let entered = Ledger::enter(&self.store, self.control.name, place).await;
        entered.map_err(|err| Stop::of(&err))
    }

    /// Hears how far it is.
    pub(super) fn see(&mut self, fold: &Fold<P>) {
        let seen = Mark::of(fold);
        if seen != self.kept && self.since.is_none() {
            self.since = Some(Instant::now());
        }
        self.seen = seen;
    }

    pub(super) fn due(&self) -> Option<Instant> {
        let since = self.since?;
        let unkept = self.seen.events.saturating_sub(self.kept.events);
        let due = if unkept >= self.saving.events {
            since
        } else {
            since + self.saving.after
        };
        Some(self.rest_until.map_or(due, |rest| due.max(rest)))
    }

    /// Keeps what is read now, if there is anything new in it.
    pub(super) async fn keep(&mut self, fold: OwnedRwLockReadGuard<Fold<P>>) {
        let mark = Mark::of(&fold);
        if mark == self.kept || fold.broken().is_some() {
            self.since = None;
            return;
        }
        let (began, codec) = (Instant::now(), Arc::clone(&self.codec));
        let (position, generation) = (fold.position, fold.generation);
        let encoded = aside(move || codec.encode(&fold.state)).await;
        let kept = match encoded {
            Ok(encoded) => self.write(position, generation, encoded).await,
            Err(err) => Err(chain(&err)),
        };
        let mut rest = began.elapsed() * Self::REST;
        match kept {
            Ok(()) => (self.kept, self.since) = (mark, None),
            Err(reason) => {
                // It is tried again after a while, and the log goes first.
                rest = rest.max(self.saving.after).max(Self::PAUSE);
                self.failed(reason);
            }
        }
        self.rest_until = Some(Instant::now() + rest);
    }

    /// Keeps a state before it is read.
    pub(super) async fn keep_beside(&self, fold: Fold<P>) -> Result<Fold<P>, Stop> {
        let (position, generation) = (fold.position, fold.generation);
        let codec = Arc::clone(&self.codec);
        let encoded = aside(move || {
            let encoded = codec.encode(&fold.state);
            (fold, encoded)
        });
        let (fold, encoded) = encoded.await.map_err(|err| Stop::Halt(chain(&err)))?;
        if let Err(reason) = self.write(position, generation, encoded).await {
            self.failed(reason);
        }
        Ok(fold)
    }

    async fn write(
        &self,
        position: Position,
        generation: u64,
        encoded: Result<Payload, InvalidPayload>,
    ) -> Result<(), String> {
        let data = encoded.map_err(|err| chain(&err))?;
        let bytes = data.as_bytes().len();
        let schema_hash = self.schema;
        let checkpoint = Checkpoint {
            position,
            state: Some(ReaderState { schema_hash, data }),
        };
        let key = self.key(generation);
        let saved = self.store.save_checkpoint(&key, checkpoint).await;
        saved.map_err(|err| chain(&err))?;
        self.tell(position, bytes);
        Ok(())
    }

    /// Tells whoever looks how far a rebuild is, unless another process has done with it.
    pub(super) async fn note(&self, position: Position, generation: u64) {
        if let Err(err) = self.try_note(position, generation).await {
            let name = self.control.name;
            tracing::debug!(projection = name, error = %err, "progress is not noted");
        }
    }

    async fn try_note(&self, position: Position, generation: u64) -> Result<(), StoreError> {
        let key = self.key(generation);
        let kept = self.store.checkpoint(&key).await?;
        if kept.state.is_some() || kept.position >= position {
            return Ok(());
        }
        self.store
            .replace_checkpoint(&key, &kept, position.into())
            .await
    }

    fn tell(&self, position: Position, bytes: usize) {
        *self.control.keeping() = Keeping::State {
            position,
            bytes,
            failure: None,
        };
    }

    fn failed(&self, reason: String) {
        let name = self.control.name;
        tracing::warn!(projection = name, reason, "state not kept");
        if let Keeping::State { failure, .. } = &mut *self.control.keeping() {
            *failure = Some(reason);
        }
    }
}

/// How often a rebuild tells how far it is.
pub(super) const NOTED_EVERY: Duration = Duration::from_secs(1);

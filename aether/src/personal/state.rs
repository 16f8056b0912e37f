use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::value::RawValue;

use super::{
    KeyStore, PersonalError, SubjectKey, envelope::Envelope, sealer::Sealer, vault::Opened,
};
use crate::{ActorId, ActorSnapshot, Checkpoint, DataSubject, KeyId, Payload, store::ReaderState};

/// Who was loaded under the present key of what is derived from the log.
///
/// That key is another one after each forgetting. What was loaded before may hold what is
/// forgotten now, so it is not kept. As long as the key is the one that the store was opened with,
/// there is nothing to tell apart.
#[derive(Debug, Default)]
pub(super) struct Loaded(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    key: Option<KeyId>,
    /// Whether there was another key since the store was opened.
    changed: bool,
    actors: HashSet<ActorId>,
    readers: HashSet<String>,
}

impl Loaded {
    /// How many actors are remembered at most. To forget one costs a snapshot, no more.
    const LIMIT: usize = 65_536;

    /// Hears which key is the present one; says whether it was another one before.
    fn observe(&self, key: KeyId) -> bool {
        let mut inner = self.lock();
        let is_new = inner.key != Some(key);
        if is_new {
            *inner = Inner {
                key: Some(key),
                changed: inner.key.is_some(),
                ..Inner::default()
            };
        }
        is_new
    }

    /// Nothing was loaded yet.
    pub(super) fn opened(&self) {
        self.lock().changed = false;
    }

    pub(super) fn key(&self) -> Option<KeyId> {
        self.lock().key
    }

    /// An actor was loaded from its first event, or from a snapshot, while `key` was the present
    /// one.
    pub(super) fn actor(&self, actor: &ActorId, key: Option<KeyId>) {
        let mut inner = self.lock();
        if inner.changed && inner.key == key {
            if inner.actors.len() >= Self::LIMIT {
                inner.actors.clear();
            }
            inner.actors.insert(actor.clone());
        }
    }

    fn reader(&self, reader: &str, key: Option<KeyId>) {
        let mut inner = self.lock();
        if inner.changed && inner.key == key {
            inner.readers.insert(reader.to_owned());
        }
    }

    fn has_actor(&self, actor: &ActorId) -> bool {
        let inner = self.lock();
        !inner.changed || inner.actors.contains(actor)
    }

    fn has_reader(&self, reader: &str) -> bool {
        let inner = self.lock();
        !inner.changed || inner.readers.contains(reader)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: KeyStore> Sealer<K> {
    /// Asks which key of derived state is the present one, if that is not known well enough.
    pub(super) async fn observe(&self, loaded: &Loaded) -> Result<SubjectKey, PersonalError> {
        let key = self.vault.current(&DataSubject::state()).await?;
        if loaded.observe(key.id) {
            // Someone was forgotten: what is remembered of keys may be older than that.
            self.vault.cache.drop_keys();
        }
        Ok(key)
    }

    /// The snapshot as it is to be kept; none if it may hold what was forgotten.
    pub(super) async fn seal_snapshot(
        &self,
        loaded: &Loaded,
        mut snapshot: ActorSnapshot,
    ) -> Result<Option<ActorSnapshot>, PersonalError> {
        let key = self.observe(loaded).await?;
        if !loaded.has_actor(&snapshot.actor_id) {
            return Ok(None);
        }
        let (version, shape) = snapshot_place(&snapshot);
        let place = [
            self.namespace.as_str(),
            "snapshot",
            snapshot.actor_id.as_str(),
            &version,
            &shape,
        ];
        snapshot.state = self.seal_state(&key, &place, &snapshot.state)?;
        snapshot.schema_hash ^= mark(key.id);
        Ok(Some(snapshot))
    }

    /// The snapshot as it was saved; none if it cannot be read any more.
    pub(super) async fn open_snapshot(
        &self,
        loaded: &Loaded,
        mut snapshot: ActorSnapshot,
    ) -> Result<Option<ActorSnapshot>, PersonalError> {
        let key = self.observe(loaded).await?;
        snapshot.schema_hash ^= mark(key.id);
        let (version, shape) = snapshot_place(&snapshot);
        let place = [
            self.namespace.as_str(),
            "snapshot",
            snapshot.actor_id.as_str(),
            &version,
            &shape,
        ];
        let Some(state) = self.open_state(key.id, &place, &snapshot.state).await? else {
            return Ok(None);
        };
        snapshot.state = state;
        loaded.actor(&snapshot.actor_id, Some(key.id));
        Ok(Some(snapshot))
    }

    /// The checkpoint as it is to be kept; none if its state may hold what was forgotten.
    pub(super) async fn seal_checkpoint(
        &self,
        loaded: &Loaded,
        reader: &str,
        mut checkpoint: Checkpoint,
    ) -> Result<Option<Checkpoint>, PersonalError> {
        if holds_no_values(reader) {
            return Ok(Some(checkpoint));
        }
        let Some(state) = &mut checkpoint.state else {
            return Ok(Some(checkpoint));
        };
        let key = self.observe(loaded).await?;
        if !loaded.has_reader(reader) {
            return Ok(None);
        }
        let (position, shape) = (
            checkpoint.position.to_string(),
            state.schema_hash.to_string(),
        );
        let place = [self.namespace.as_str(), "reader", reader, &position, &shape];
        state.data = self.seal_state(&key, &place, &state.data)?;
        Ok(Some(checkpoint))
    }

    /// The checkpoint as it was saved; that of a new reader if its state cannot be read any more.
    pub(super) async fn open_checkpoint(
        &self,
        loaded: &Loaded,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> Result<Checkpoint, PersonalError> {
        if holds_no_values(reader) {
            return Ok(checkpoint);
        }
        let Checkpoint { position, state } = checkpoint;
        let key = self.observe(loaded).await;
        if let Ok(key) = &key {
            loaded.reader(reader, Some(key.id));
        }
        // A reader without a state needs no key.
        let Some(ReaderState { schema_hash, data }) = state else {
            return Ok(position.into());
        };
        let key = key?;
        let (at, shape) = (position.to_string(), schema_hash.to_string());
        let place = [self.namespace.as_str(), "reader", reader, &at, &shape];
        let opened = self.open_state(key.id, &place, &data).await?;
        Ok(opened.map_or_else(Checkpoint::default, |data| Checkpoint {
            position,
            state: Some(ReaderState { schema_hash, data }),
        }))
    }

    fn seal_state(
        &self,
        key: &SubjectKey,
        place: &[&str],
        state: &Payload,
    ) -> Result<Payload, PersonalError> {
        let sealed = self
            .vault
            .seal(&DataSubject::state(), key, place, state.as_bytes())?;
        let sealed = Box::<str>::from(sealed).into_string();
        Ok(Payload::from_checked(sealed.into()))
    }

    /// None if it was encrypted under another key than the present one, or not at all.
    async fn open_state(
        &self,
        key: KeyId,
        place: &[&str],
        state: &Payload,
    ) -> Result<Option<Payload>, PersonalError> {
        let json = serde_json::from_slice::<&RawValue>(state.as_bytes()).ok();
        let Some(Ok(envelope)) = json.and_then(Envelope::from_json) else {
            return Ok(None);
        };
        if envelope.key != key || envelope.subject != DataSubject::state() {
            return Ok(None);
        }
        match self.vault.open(&envelope, place).await? {
            Opened::Known(plain) => Ok(Payload::from_json(plain.to_vec()).ok()),
            Opened::Forgotten => Ok(None),
        }
    }
}

/// Pending timers are kept as places in the log, where their commands lie, and so is what followers
/// have parked. They are not made anew when someone is forgotten: what was done would be done again.
fn holds_no_values(reader: &str) -> bool {
    let places = [
        "timers/",
        "policy/",
        "process/",
        "outbox/",
        "adapter/",
        "parked",
        "projections",
    ];
    places.iter().any(|prefix| reader.starts_with(prefix))
}

fn snapshot_place(snapshot: &ActorSnapshot) -> (String, String) {
    (
        snapshot.version.to_string(),
        snapshot.schema_hash.to_string(),
    )
}

/// Makes a state under another key one of another shape, so that it is replaced in any case.
fn mark(key: KeyId) -> u64 {
    let (high, low) = key.as_uuid().as_u64_pair();
    high ^ low
}

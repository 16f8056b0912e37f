use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{StreamExt as _, stream};

use super::{
    KeyStore, PersonalError, SealedStoreBuilder, cipher::OVERHEAD, fact::forgotten_by,
    sealer::Sealer, state::Loaded,
};
use crate::{
    ActorId, ActorSnapshot, Capabilities, Checkpoint, CheckpointStore, Commit, EventStore,
    Namespace, Page, Position, Receipt, Recorded, SnapshotStore, Store, StoreError, StoreErrorKind,
    Timestamp, Transaction, Version,
    store::{Entry, Span, Stretch, Unreadable, not_expected},
};

/// A store around another one, which keeps personal data encrypted there, each person's with
/// keys of that person alone.
///
/// See [`personal`](crate::personal) for what it does and does not protect. Clones share it.
pub struct SealedStore<S, K>(pub(super) Arc<Inner<S, K>>);

pub(super) struct Inner<S, K> {
    pub(super) store: S,
    pub(super) sealer: Sealer<K>,
    pub(super) loaded: Loaded,
}

impl<S: Store, K: KeyStore> SealedStore<S, K> {
    /// Puts a store together that keeps events in `store`, and keys in `keys`.
    pub fn builder(store: S, keys: K) -> SealedStoreBuilder<S, K> {
        SealedStoreBuilder::new(store, keys)
    }

    /// The store that has personal data encrypted only: for exports, and for whoever is to read
    /// events and no personal data.
    pub fn sealed(&self) -> &S {
        &self.0.store
    }

    /// The key store.
    pub fn keys(&self) -> &K {
        &self.0.sealer.vault.keys
    }
}

impl<S, K> Clone for SealedStore<S, K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: fmt::Debug, K> fmt::Debug for SealedStore<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedStore")
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}

impl<S: Store, K: KeyStore> Inner<S, K> {
    async fn open(&self, recorded: Recorded) -> Result<Recorded, StoreError> {
        match self.open_entry(recorded).await? {
            Entry::Commit(recorded) => Ok(recorded),
            Entry::Unreadable(unreadable) => Err(unreadable.error),
        }
    }

    async fn open_page(&self, page: Page) -> Result<Page, StoreError> {
        let Page { commits, more } = page;
        let mut opened = Vec::with_capacity(commits.len());
        for recorded in commits {
            opened.push(self.open(recorded).await?);
        }
        let commits = opened;
        Ok(Page { commits, more })
    }

    /// What was changed, or was written with other keys, is an entry of its own, as anything that
    /// cannot be read. Keys that cannot be had are an error of the whole.
    async fn open_entry(&self, recorded: Recorded) -> Result<Entry, StoreError> {
        let Recorded { position, commit } = recorded;
        if let Some(subject) = forgotten_by(&commit) {
            self.hear_of(subject);
        }
        let actor_id = commit.actor_id().clone();
        let failed = |err: PersonalError| {
            let what = format_args!("a commit of `{actor_id}`");
            err.reading(what).at(position)
        };
        match self.sealer.open(commit).await {
            Ok(commit) => Ok(Entry::Commit(Recorded { position, commit })),
            Err(err @ PersonalError::Keys(_)) => Err(failed(err)),
            Err(err) => Ok(Entry::Unreadable(Unreadable {
                position,
                error: failed(err),
                bytes: Bytes::new(),
            })),
        }
    }

    /// The answer to a commit that is stored already, and that is refused now for whom it is
    /// about was forgotten since.
    async fn known(&self, commit: &Commit) -> Result<Option<Receipt>, StoreError> {
        let page = self
            .store
            .read(commit.actor_id(), commit.expected())
            .await?;
        let mut stored = page.commits.iter();
        let stored = stored.find(|stored| stored.commit.id() == commit.id());
        Ok(stored.map(|stored| Receipt {
            position: stored.position,
            version: stored.commit.version(),
        }))
    }

    async fn all_known(&self, commits: &[Commit]) -> Result<Option<Vec<Receipt>>, StoreError> {
        let mut receipts = Vec::with_capacity(commits.len());
        for commit in commits {
            match self.known(commit).await? {
                Some(receipt) => receipts.push(receipt),
                None => return Ok(None),
            }
        }
        Ok(Some(receipts))
    }
}

fn not_reserved(commit: &Commit) -> Result<(), StoreError> {
    match forgotten_by(commit) {
        None => Ok(()),
        Some(_) => Err(StoreError::new(
            StoreErrorKind::Invalid,
            "nothing was stored: the actors `$forgotten.*` record who was forgotten",
        )),
    }
}

impl<S: Store, K: KeyStore> EventStore for SealedStore<S, K> {
    fn namespace(&self) -> &Namespace {
        self.0.store.namespace()
    }

    /// Those of the store it is around. A state grows by a third and some bytes, which its limit
    /// is lessened by; a commit grows by some 200 bytes a personal field, and by a third of each.
    fn capabilities(&self) -> Capabilities {
        let mut capabilities = self.0.store.capabilities();
        let room = |bytes: usize| bytes.saturating_sub(256 + 2 * OVERHEAD) / 4 * 3;
        capabilities.state_bytes = capabilities.state_bytes.map(room);
        capabilities.seals_personal_data = true;
        capabilities
    }

    async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        not_reserved(&commit)?;
        match self.0.sealer.seal(&commit).await {
            Ok(sealed) => self.0.store.append(sealed.unwrap_or(commit)).await,
            Err(err @ PersonalError::Forgotten { .. }) => {
                let known = self.0.known(&commit).await?;
                known.ok_or_else(|| err.refusing())
            }
            Err(err) => Err(err.refusing()),
        }
    }

    async fn transact(&self, transaction: Transaction) -> Result<Vec<Receipt>, StoreError> {
        let mut sealed = Vec::with_capacity(transaction.commits().len());
        for commit in transaction.commits() {
            not_reserved(commit)?;
            match self.0.sealer.seal(commit).await {
                Ok(other) => sealed.push(other.unwrap_or_else(|| commit.clone())),
                Err(err @ PersonalError::Forgotten { .. }) => {
                    let known = self.0.all_known(transaction.commits()).await?;
                    return known.ok_or_else(|| err.refusing());
                }
                Err(err) => return Err(err.refusing()),
            }
        }
        self.0
            .store
            .transact(transaction.with_commits(sealed))
            .await
    }

    async fn read(&self, actor: &ActorId, after: Version) -> Result<Page, StoreError> {
        let key = self.0.loaded.key();
        let page = self.0.store.read(actor, after).await?;
        let page = self.0.open_page(page).await?;
        if after == Version::NONE {
            self.0.loaded.actor(actor, key);
        }
        Ok(page)
    }

    async fn read_back(&self, actor: &ActorId, before: Version) -> Result<Page, StoreError> {
        let page = self.0.store.read_back(actor, before).await?;
        self.0.open_page(page).await
    }

    async fn read_back_to(
        &self,
        actor: &ActorId,
        before: Version,
        place: Position,
    ) -> Result<Page, StoreError> {
        let page = self.0.store.read_back_to(actor, before, place).await?;
        self.0.open_page(page).await
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
        let Stretch { entries, rest } = self.0.store.scan(span).await?;
        let mut opened = Vec::with_capacity(entries.len());
        for entry in entries {
            opened.push(match entry {
                Entry::Commit(recorded) => self.0.open_entry(recorded).await?,
                unreadable @ Entry::Unreadable(_) => unreadable,
            });
        }
        let entries = opened;
        Ok(Stretch { entries, rest })
    }

    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static {
        let log = Box::pin(self.0.store.follow(after));
        stream::unfold(Some((log, Arc::clone(&self.0))), |reader| async move {
            let (mut log, inner) = reader?;
            let opened = match log.next().await? {
                Ok(recorded) => inner.open(recorded).await,
                Err(err) => Err(err),
            };
            // An error is the last item: what comes after it must not be taken for the next.
            let reader = opened.is_ok().then_some((log, inner));
            Some((opened, reader))
        })
    }
}

impl<S: Store, K: KeyStore> CheckpointStore for SealedStore<S, K> {
    async fn checkpoint(&self, reader: &str) -> Result<Checkpoint, StoreError> {
        let kept = self.0.store.checkpoint(reader).await?;
        let opened = self
            .0
            .sealer
            .open_checkpoint(&self.0.loaded, reader, kept)
            .await;
        opened.map_err(|err| err.reading(format_args!("the checkpoint of `{reader}`")))
    }

    async fn save_checkpoint(
        &self,
        reader: &str,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let sealed = self
            .0
            .sealer
            .seal_checkpoint(&self.0.loaded, reader, checkpoint)
            .await;
        match sealed.map_err(PersonalError::refusing)? {
            Some(sealed) => self.0.store.save_checkpoint(reader, sealed).await,
            None => Ok(()),
        }
    }

    async fn replace_checkpoint(
        &self,
        reader: &str,
        expected: &Checkpoint,
        checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let (store, sealer, loaded) = (&self.0.store, &self.0.sealer, &self.0.loaded);
        let kept = store.checkpoint(reader).await?;
        let opened = sealer.open_checkpoint(loaded, reader, kept.clone()).await;
        let opened =
            opened.map_err(|err| err.reading(format_args!("the checkpoint of `{reader}`")))?;
        if opened == checkpoint {
            return Ok(());
        }
        if opened != *expected {
            return Err(not_expected(reader));
        }
        let sealed = sealer.seal_checkpoint(loaded, reader, checkpoint).await;
        match sealed.map_err(PersonalError::refusing)? {
            Some(sealed) => store.replace_checkpoint(reader, &kept, sealed).await,
            // Its state may hold what was forgotten: it has to be made anew.
            None => Err(not_expected(reader)),
        }
    }
}

impl<S: Store, K: KeyStore> SnapshotStore for SealedStore<S, K> {
    async fn snapshot(&self, actor: &ActorId) -> Result<Option<ActorSnapshot>, StoreError> {
        let Some(kept) = self.0.store.snapshot(actor).await? else {
            return Ok(None);
        };
        let opened = self.0.sealer.open_snapshot(&self.0.loaded, kept).await;
        opened.map_err(|err| err.reading(format_args!("the snapshot of `{actor}`")))
    }

    async fn save_snapshot(&self, snapshot: ActorSnapshot) -> Result<(), StoreError> {
        let sealed = self.0.sealer.seal_snapshot(&self.0.loaded, snapshot).await;
        match sealed.map_err(PersonalError::refusing)? {
            Some(sealed) => self.0.store.save_snapshot(sealed).await,
            None => Ok(()),
        }
    }

    /// Never: what was forgotten meanwhile may be in it, and nothing here could tell.
    fn admit_snapshot(&self, _snapshot: &ActorSnapshot) -> bool {
        false
    }
}

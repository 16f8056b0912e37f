use uuid::Uuid;

use super::{
    KeyStore, PersonalError, SealedStore, SubjectForgotten, SubjectKey, fact::ACTOR_TYPE,
    store::Inner,
};
use crate::{
    ActorId, Commit, CommitId, DataSubject, KeyId, Store, StoreError, StoreErrorKind, Version,
    domain::EventSet as _,
};

/// The namespace of the ids of the commits that record who was forgotten.
const RECORDS: Uuid = Uuid::from_u128(0x6f1c_2f0e_9d1d_4c37_8a55_42b0_7d9a_33e1);

impl<S: Store, K: KeyStore> SealedStore<S, K> {
    /// Forgets a data subject, for ever: its keys are destroyed, so that its personal data can be
    /// read nowhere any more, and the log says that it was forgotten.
    ///
    /// In this order, each step of which may be repeated:
    /// 1. The keys are destroyed, and the key store keeps that the subject is forgotten. From now
    ///    on this store, its clones included, reads [`Personal::Forgotten`](crate::Personal).
    /// 2. The key of all snapshots and readers' states is destroyed: they may hold the data in the
    ///    clear. They are made anew from the log.
    /// 3. The log records it, as [`SubjectForgotten`]. Whoever follows the log hears of it so.
    /// 4. The key store keeps that all is done.
    ///
    /// What a crash leaves half done is finished when the store is next opened.
    ///
    /// Other processes know of it when they have followed the log to it, and otherwise as soon as
    /// they ask the key store again: at the latest after
    /// [`SealedStoreBuilder::believing_keys_for`](super::SealedStoreBuilder::believing_keys_for).
    ///
    /// A subject without personal data is forgotten as well: nothing can be kept of it later.
    ///
    /// # Errors
    /// If the key store or the store cannot be reached. The subject may be forgotten or not, and
    /// the log may say so or not: forget it again.
    ///
    /// # Cancel safety
    /// As for an error.
    pub async fn forget(&self, subject: &DataSubject) -> Result<(), StoreError> {
        self.0.forget(subject).await
    }

    /// Encrypts new values of a subject with a new key. Older values stay readable with theirs.
    ///
    /// # Errors
    /// If the key store cannot be reached, or the subject is forgotten.
    ///
    /// # Cancel safety
    /// Cancel safe: the key is there or it is not.
    pub async fn rotate_key(&self, subject: &DataSubject) -> Result<KeyId, StoreError> {
        let rotated = self.0.sealer.vault.rotate(subject).await;
        rotated.map_err(PersonalError::refusing)
    }
}

impl<S: Store, K: KeyStore> Inner<S, K> {
    /// Finishes what a crash left half done.
    pub(super) async fn resume(&self) -> Result<(), StoreError> {
        let unsettled = self.sealer.vault.keys.unsettled().await;
        let unsettled = unsettled
            .map_err(|err| PersonalError::from(err).reading("those who are being forgotten"))?;
        for subject in unsettled {
            self.forget(&subject).await?;
        }
        Ok(())
    }

    /// Does not believe what was known of a subject, and of derived state, any more.
    pub(super) fn hear_of(&self, subject: &str) {
        let cache = &self.sealer.vault.cache;
        cache.drop_one(&DataSubject::kept(subject));
        cache.drop_one(&DataSubject::state());
    }

    async fn forget(&self, subject: &DataSubject) -> Result<(), StoreError> {
        let keys = &self.sealer.vault.keys;
        let failed = |err: PersonalError| err.forgetting(subject);
        let destroyed = keys.destroy(subject).await;
        self.hear_of(subject.as_str());
        destroyed.map_err(|err| failed(err.into()))?;
        self.renew_state_key().await.map_err(failed)?;
        self.record(subject).await?;
        keys.settle(subject).await.map_err(|err| failed(err.into()))
    }

    /// Makes all snapshots and readers' states unreadable.
    async fn renew_state_key(&self) -> Result<(), PersonalError> {
        let (vault, state) = (&self.sealer.vault, DataSubject::state());
        vault.rotate(&state).await?;
        let retired = vault.keys.retire(&state).await;
        vault.cache.drop_keys();
        self.sealer.observe(&self.loaded).await?;
        Ok(retired?)
    }

    async fn record(&self, subject: &DataSubject) -> Result<(), StoreError> {
        let commit = record_of(subject).map_err(|err| {
            let text = format!("`{subject}` is forgotten, and the log does not say so");
            StoreError::new(StoreErrorKind::Invalid, text).because(err)
        })?;
        match self.store.append(commit).await {
            Ok(_) => Ok(()),
            // Another process was faster.
            Err(err) if err.kind() == StoreErrorKind::Conflict => Ok(()),
            Err(err) => Err(err),
        }
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The commit has the same id each time, so that it is stored once.
fn record_of(subject: &DataSubject) -> Result<Commit, Failed> {
    let fact = SubjectForgotten {
        subject: subject.clone(),
    };
    let actor_id = ActorId::of(ACTOR_TYPE, subject.as_str())?;
    let event = fact.record(actor_id, Version::FIRST)?;
    let id = CommitId::from(Uuid::new_v5(&RECORDS, subject.as_str().as_bytes()));
    Ok(Commit::new([event])?.with_id(id))
}

impl<S: Store, K: KeyStore> Inner<S, K> {
    /// Makes the key of derived state if there is none, and hears of it.
    pub(super) async fn begin(&self) -> Result<SubjectKey, StoreError> {
        let key = self.sealer.observe(&self.loaded).await;
        key.map_err(|err| err.reading("this namespace"))
    }
}

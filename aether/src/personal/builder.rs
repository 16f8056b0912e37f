use std::{fmt, sync::Arc, time::Duration};

use eventstorming::meta::Contexts;

use super::{
    KeyStore, PersonalError, SealedStore, cache::Cache, plan::Plan, sealer::Sealer, state::Loaded,
    store::Inner, vault::Vault,
};
use crate::{Store, StoreError};

/// Puts a [`SealedStore`] together: see [`SealedStore::builder`].
#[must_use = "there is no store before `open`"]
pub struct SealedStoreBuilder<S, K> {
    store: S,
    keys: K,
    plan: Plan,
    lasting: Duration,
    remembered: usize,
    unknown_is_forgotten: bool,
}

impl<S: Store, K: KeyStore> SealedStoreBuilder<S, K> {
    pub(super) fn new(store: S, keys: K) -> Self {
        Self {
            store,
            keys,
            plan: Plan::default(),
            lasting: Duration::from_secs(1),
            remembered: 65_536,
            unknown_is_forgotten: false,
        }
    }

    /// Encrypts the personal fields of the events and commands of a bounded context, or of a tuple
    /// of them.
    pub fn contexts<C: Contexts>(mut self) -> Self {
        for context in C::CONTEXTS {
            self.plan.add(context);
        }
        self
    }

    /// Stores events and commands that no context has as they are. Otherwise they are refused,
    /// for their personal fields would be stored in the clear.
    pub const fn allowing_unknown_types(mut self) -> Self {
        self.plan.open = true;
        self
    }

    /// Reads values whose key the key store has never seen as forgotten: for a copy of a log that
    /// was brought to where its keys are not to be. Otherwise such a value is an error.
    ///
    /// A key store that is out of reach is an error in any case.
    pub const fn reading_unknown_keys_as_forgotten(mut self) -> Self {
        self.unknown_is_forgotten = true;
        self
    }

    /// Believes what the key store said for this long, before it is asked again: one second.
    ///
    /// This is how long another process may still read the personal data of someone who was
    /// forgotten, if it has not heard of it by following the log. With zero each value that is
    /// read asks the key store.
    pub const fn believing_keys_for(mut self, lasting: Duration) -> Self {
        self.lasting = lasting;
        self
    }

    /// Remembers the keys of at most this many data subjects: 65,536.
    pub const fn remembering_keys_of(mut self, subjects: usize) -> Self {
        self.remembered = subjects;
        self
    }

    /// Opens the store, and finishes what a crash has left half done of a forgetting.
    ///
    /// # Errors
    /// - `Unavailable`: the store or the key store cannot be reached.
    /// - `Misconfigured`: the keys are those of another namespace.
    /// - `Corrupt`: what is stored or kept cannot be read.
    ///
    /// # Cancel safety
    /// Cancel safe: what is left half done is finished the next time.
    pub async fn open(self) -> Result<SealedStore<S, K>, StoreError> {
        let namespace = self.store.namespace().clone();
        let vault = Vault {
            keys: self.keys,
            cache: Cache::new(self.lasting, self.remembered.max(2)),
            unknown_is_forgotten: self.unknown_is_forgotten,
        };
        let checked = vault
            .check_namespace(&namespace)
            .map_err(PersonalError::from);
        checked.map_err(|err| err.reading("this namespace"))?;
        let inner = Inner {
            store: self.store,
            sealer: Sealer {
                namespace,
                vault,
                plan: self.plan,
            },
            loaded: Loaded::default(),
        };
        inner.begin().await?;
        inner.resume().await?;
        inner.loaded.opened();
        Ok(SealedStore(Arc::new(inner)))
    }
}

impl<S: fmt::Debug, K> fmt::Debug for SealedStoreBuilder<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedStoreBuilder")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

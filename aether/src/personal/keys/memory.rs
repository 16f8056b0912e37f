use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    DataSubject, KeyId, Namespace,
    personal::{Kept, KeyStore, KeyStoreError, SubjectKey},
};

/// Keeps keys in memory: for tests, and as the plainest reading of what a [`KeyStore`] is.
///
/// Clones share the keys. When the last of them goes, so do the keys, and all that was encrypted
/// with them.
#[derive(Clone)]
pub struct InMemoryKeyStore(Arc<Shared>);

struct Shared {
    namespace: Namespace,
    subjects: Mutex<Subjects>,
}

#[derive(Default)]
struct Subjects {
    kept: BTreeMap<DataSubject, Kept>,
    unsettled: BTreeSet<DataSubject>,
}

impl InMemoryKeyStore {
    /// No keys yet, of the namespace `default`.
    pub fn new() -> Self {
        Self::in_namespace(Namespace::default())
    }

    /// No keys yet, of some namespace.
    pub fn in_namespace(namespace: Namespace) -> Self {
        let subjects = Mutex::default();
        Self(Arc::new(Shared {
            namespace,
            subjects,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Subjects> {
        self.0
            .subjects
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for InMemoryKeyStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for InMemoryKeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemoryKeyStore")
            .field("namespace", &self.0.namespace)
            .finish_non_exhaustive()
    }
}

impl KeyStore for InMemoryKeyStore {
    fn namespace(&self) -> &Namespace {
        &self.0.namespace
    }

    async fn keys(&self, subject: &DataSubject) -> Result<Kept, KeyStoreError> {
        Ok(self.lock().kept(subject))
    }

    async fn add(
        &self,
        subject: &DataSubject,
        key: SubjectKey,
        after: Option<KeyId>,
    ) -> Result<Kept, KeyStoreError> {
        let mut subjects = self.lock();
        let kept = subjects
            .kept
            .entry(subject.clone())
            .or_insert(Kept::Nothing);
        if kept.takes(after) {
            match kept {
                Kept::Keys(keys) => keys.push(key),
                Kept::Nothing | Kept::Forgotten => *kept = Kept::Keys(vec![key]),
            }
        }
        Ok(kept.clone())
    }

    async fn retire(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        if let Some(Kept::Keys(keys)) = self.lock().kept.get_mut(subject) {
            keys.drain(..keys.len().saturating_sub(1));
        }
        Ok(())
    }

    async fn destroy(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        let mut subjects = self.lock();
        let before = subjects.kept.insert(subject.clone(), Kept::Forgotten);
        if before != Some(Kept::Forgotten) {
            subjects.unsettled.insert(subject.clone());
        }
        Ok(())
    }

    async fn settle(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        self.lock().unsettled.remove(subject);
        Ok(())
    }

    async fn unsettled(&self) -> Result<Vec<DataSubject>, KeyStoreError> {
        Ok(self.lock().unsettled.iter().cloned().collect())
    }

    async fn forgotten(&self) -> Result<Vec<DataSubject>, KeyStoreError> {
        let subjects = self.lock();
        let forgotten = subjects
            .kept
            .iter()
            .filter(|(_, kept)| **kept == Kept::Forgotten);
        Ok(forgotten.map(|(subject, _)| subject.clone()).collect())
    }
}

impl Subjects {
    fn kept(&self, subject: &DataSubject) -> Kept {
        self.kept.get(subject).cloned().unwrap_or(Kept::Nothing)
    }
}

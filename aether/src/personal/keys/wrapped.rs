use std::fmt;

use zeroize::Zeroizing;

use crate::{
    DataSubject, KeyId, Namespace,
    personal::{
        Kept, KeyStore, KeyStoreError, KeyStoreErrorKind, SubjectKey,
        cipher::{self, Place},
    },
};

/// A key that encrypts keys: 32 bytes that whoever runs the program keeps elsewhere, in a vault
/// or a file with few readers.
///
/// Its bytes are overwritten in memory when it goes. `Debug` hides them.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// Takes a key. Of random bytes: a password is none.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

/// A key store whose keys are encrypted with a master key before they are kept.
///
/// So the key store alone, or a backup of it, opens nothing. Losing the master key is losing all
/// personal data.
#[derive(Debug)]
pub struct WrappedKeys<K> {
    keys: K,
    master: MasterKey,
}

impl<K: KeyStore> WrappedKeys<K> {
    /// Keeps keys in `keys`, encrypted with `master`.
    pub const fn new(keys: K, master: MasterKey) -> Self {
        Self { keys, master }
    }

    fn wrap(&self, subject: &DataSubject, key: &SubjectKey) -> Result<SubjectKey, KeyStoreError> {
        let place = self.place(subject, key.id);
        let wrapped = cipher::encrypt(&*self.master.0, &place, key.material());
        let wrapped = wrapped.ok_or_else(|| KeyStoreError::no_randomness("for a nonce"))?;
        Ok(SubjectKey::kept(key.id, Zeroizing::new(wrapped)))
    }

    fn unwrap(&self, subject: &DataSubject, kept: Kept) -> Result<Kept, KeyStoreError> {
        let Kept::Keys(keys) = kept else {
            return Ok(kept);
        };
        let keys = keys.into_iter().map(|key| {
            let place = self.place(subject, key.id);
            let bytes = cipher::decrypt(&*self.master.0, &place, key.material());
            bytes.map(|bytes| SubjectKey::kept(key.id, bytes)).ok_or_else(|| {
                let text = format!(
                    "the key {} cannot be read with this master key: it is another one, or the key was changed",
                    key.id
                );
                KeyStoreError::new(KeyStoreErrorKind::Misconfigured, text)
            })
        });
        keys.collect::<Result<_, _>>().map(Kept::Keys)
    }

    fn place(&self, subject: &DataSubject, key: KeyId) -> Place {
        let (namespace, key) = (self.keys.namespace().as_str(), key.to_string());
        Place::of(&["aether key 1", namespace, subject.as_str(), &key])
    }
}

impl<K: KeyStore> KeyStore for WrappedKeys<K> {
    fn namespace(&self) -> &Namespace {
        self.keys.namespace()
    }

    async fn keys(&self, subject: &DataSubject) -> Result<Kept, KeyStoreError> {
        self.unwrap(subject, self.keys.keys(subject).await?)
    }

    async fn add(
        &self,
        subject: &DataSubject,
        key: SubjectKey,
        after: Option<KeyId>,
    ) -> Result<Kept, KeyStoreError> {
        let wrapped = self.wrap(subject, &key)?;
        self.unwrap(subject, self.keys.add(subject, wrapped, after).await?)
    }

    async fn retire(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        self.keys.retire(subject).await
    }

    async fn destroy(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        self.keys.destroy(subject).await
    }

    async fn settle(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        self.keys.settle(subject).await
    }

    async fn unsettled(&self) -> Result<Vec<DataSubject>, KeyStoreError> {
        self.keys.unsettled().await
    }

    async fn forgotten(&self) -> Result<Vec<DataSubject>, KeyStoreError> {
        self.keys.forgotten().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personal::InMemoryKeyStore;

    #[tokio::test]
    async fn a_key_is_kept_wrapped_and_read_with_the_same_master_key_alone() {
        let (plain, subject) = (InMemoryKeyStore::new(), DataSubject::new("7").unwrap());
        let wrapped = WrappedKeys::new(plain.clone(), MasterKey::new([1; 32]));
        let key = SubjectKey::generate().unwrap();
        let added = wrapped.add(&subject, key.clone(), None).await.unwrap();
        assert_eq!(added, Kept::Keys(vec![key.clone()]));
        let kept = plain.keys(&subject).await.unwrap();
        let bytes = kept.current().unwrap().material();
        assert!(bytes.windows(8).all(|part| part != &key.material()[..8]));
        let other = WrappedKeys::new(plain, MasterKey::new([2; 32]));
        let err = other.keys(&subject).await.unwrap_err();
        assert_eq!(err.kind(), KeyStoreErrorKind::Misconfigured);
    }
}

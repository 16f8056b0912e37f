use std::fmt;

use chacha20poly1305::{
    XChaCha20Poly1305,
    aead::{Generate as _, Key},
};
use zeroize::Zeroizing;

use super::KeyStoreError;
use crate::KeyId;

/// One key of a data subject, as a key store keeps it.
///
/// Its bytes are overwritten in memory when the last clone goes. `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectKey {
    /// Tells it from every other key.
    pub id: KeyId,
    material: Zeroizing<Vec<u8>>,
}

impl SubjectKey {
    /// The most bytes that a key may have as it is kept.
    pub const MAX_BYTES: usize = 120;

    /// Makes a new key, from the random source of the system.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn generate() -> Result<Self, KeyStoreError> {
        let key = Key::<XChaCha20Poly1305>::try_generate().map_err(KeyStoreError::no_randomness)?;
        let mut key = Zeroizing::new(<[u8; 32]>::from(key));
        let material = Zeroizing::new(key.to_vec());
        zeroize::Zeroize::zeroize(&mut *key);
        Ok(Self::kept(KeyId::new(), material))
    }

    /// A key that was kept: 1 to [`SubjectKey::MAX_BYTES`] bytes.
    pub const fn kept(id: KeyId, material: Zeroizing<Vec<u8>>) -> Self {
        Self { id, material }
    }

    /// The bytes: the key itself, or what a [`WrappedKeys`](super::WrappedKeys) has made of it.
    pub fn material(&self) -> &[u8] {
        &self.material
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubjectKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

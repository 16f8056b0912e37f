use std::sync::Arc;

use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::{
    Kept, KeyStore, KeyStoreError, KeyStoreErrorKind, PersonalError, SubjectKey,
    cache::Cache,
    cipher::{self, Place},
    envelope::Envelope,
};
use crate::{DataSubject, KeyId};

/// The keys, with what is remembered of them; and values that go in and out under them.
#[derive(Debug)]
pub(super) struct Vault<K> {
    pub(super) keys: K,
    pub(super) cache: Cache,
    /// Whether a value is forgotten whose key the key store has never seen.
    pub(super) unknown_is_forgotten: bool,
}

/// What became of an encrypted value.
pub(super) enum Opened {
    Known(Zeroizing<Vec<u8>>),
    Forgotten,
}

impl<K: KeyStore> Vault<K> {
    pub(super) async fn kept(&self, subject: &DataSubject) -> Result<Arc<Kept>, KeyStoreError> {
        if let Some(kept) = self.cache.get(subject) {
            return Ok(kept);
        }
        let generation = self.cache.generation();
        let kept = Arc::new(self.keys.keys(subject).await?);
        self.cache.put(subject, &kept, generation);
        Ok(kept)
    }

    /// The key that new values of a subject are encrypted with, made if there is none.
    pub(super) async fn current(&self, subject: &DataSubject) -> Result<SubjectKey, PersonalError> {
        let mut kept = self.kept(subject).await?;
        if matches!(*kept, Kept::Nothing) {
            let generation = self.cache.generation();
            let made = SubjectKey::generate()?;
            kept = Arc::new(self.keys.add(subject, made, None).await?);
            self.cache.put(subject, &kept, generation);
        }
        let forgotten = || PersonalError::Forgotten {
            subject: subject.clone(),
        };
        kept.current().cloned().ok_or_else(forgotten)
    }

    /// Adds a key with which new values are encrypted from now on.
    pub(super) async fn rotate(&self, subject: &DataSubject) -> Result<KeyId, PersonalError> {
        let mut last = self.current(subject).await?.id;
        loop {
            let made = SubjectKey::generate()?;
            let id = made.id;
            let kept = self.keys.add(subject, made, Some(last)).await?;
            self.cache.drop_one(subject);
            match kept.current() {
                Some(current) if current.id == id => return Ok(id),
                Some(current) => last = current.id,
                None => {
                    return Err(PersonalError::Forgotten {
                        subject: subject.clone(),
                    });
                }
            }
        }
    }

    #[expect(
        clippy::unused_self,
        reason = "what goes in and what comes out are read side by side"
    )]
    pub(super) fn seal(
        &self,
        subject: &DataSubject,
        key: &SubjectKey,
        place: &[&str],
        plain: &[u8],
    ) -> Result<Box<RawValue>, PersonalError> {
        let field = || place.last().copied().unwrap_or_default().to_owned();
        let bound = bound(subject, key.id, place);
        let data = cipher::encrypt(key.material(), &bound, plain);
        let data = data.ok_or_else(|| PersonalError::Cipher { field: field() })?;
        let envelope = Envelope::new(subject.clone(), key.id, data);
        let json = envelope.to_json();
        json.map_err(|source| PersonalError::Unreadable {
            field: field(),
            source,
        })
    }

    pub(super) async fn open(
        &self,
        envelope: &Envelope,
        place: &[&str],
    ) -> Result<Opened, PersonalError> {
        let (subject, id) = (&envelope.subject, envelope.key);
        let kept = self.kept(subject).await?;
        if matches!(*kept, Kept::Forgotten) {
            return Ok(Opened::Forgotten);
        }
        let mut key = kept.key(id).cloned();
        if key.is_none() {
            // It may have been added by another process since.
            self.cache.drop_one(subject);
            let kept = self.kept(subject).await?;
            if matches!(*kept, Kept::Forgotten) {
                return Ok(Opened::Forgotten);
            }
            key = kept.key(id).cloned();
        }
        let Some(key) = key else {
            return self.unknown(subject, id);
        };
        let opened = cipher::decrypt(key.material(), &bound(subject, id, place), &envelope.data);
        let field = || place.last().copied().unwrap_or_default().to_owned();
        opened
            .map(Opened::Known)
            .ok_or_else(|| PersonalError::Tampered { field: field() })
    }

    fn unknown(&self, subject: &DataSubject, key: KeyId) -> Result<Opened, PersonalError> {
        if self.unknown_is_forgotten {
            return Ok(Opened::Forgotten);
        }
        let subject = subject.clone();
        Err(PersonalError::UnknownKey { subject, key })
    }

    pub(super) fn check_namespace(
        &self,
        of_events: &crate::Namespace,
    ) -> Result<(), KeyStoreError> {
        let of_keys = self.keys.namespace();
        if of_keys == of_events {
            return Ok(());
        }
        let text = format!(
            "the keys are those of the namespace `{of_keys}`, and the events those of `{of_events}`"
        );
        Err(KeyStoreError::new(KeyStoreErrorKind::Misconfigured, text))
    }
}

/// A value belongs to its subject, its key and its place.
fn bound(subject: &DataSubject, key: KeyId, place: &[&str]) -> Place {
    let key = key.to_string();
    let mut parts = vec!["aether personal 1", subject.as_str(), key.as_str()];
    parts.extend_from_slice(place);
    Place::of(&parts)
}

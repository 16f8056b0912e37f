use std::future::Future;

use super::{KeyStoreError, SubjectKey};
use crate::{DataSubject, KeyId, Namespace};

/// Keeps the keys of the data subjects of one namespace, apart from its events.
///
/// Whoever has only the events has no personal data, and whoever has only the keys has none
/// either. So a key store belongs on other disks and into other backups than the events: a backup
/// of keys brings back who was forgotten since.
///
/// # What every key store promises
/// - *A subject has one list of keys.* Of racing writers that add a key after the same one,
///   exactly one succeeds, and all are told what is there then.
/// - *A key that was kept is found again*, until it is retired or destroyed; by another process
///   as well.
/// - *What is destroyed stays destroyed.* A subject whose keys were destroyed is forgotten for
///   ever, and is given no key again. Destroying twice is destroying once.
/// - *The bytes of a destroyed key are overwritten* where they were kept, as far as the file system
///   lets that be known.
/// - *Not to be had is not forgotten.* A store that cannot be asked is an error, and never the
///   answer that there is no key.
pub trait KeyStore: Send + Sync + 'static {
    /// The namespace whose keys these are.
    fn namespace(&self) -> &Namespace;

    /// What is kept of a subject.
    ///
    /// # Errors
    /// If the key store is out of reach, or what it keeps of the subject cannot be read.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn keys(
        &self,
        subject: &DataSubject,
    ) -> impl Future<Output = Result<Kept, KeyStoreError>> + Send;

    /// Adds a key behind the key `after`, if that is still the last one; or the first key, if the
    /// subject has none and `after` is none. Gives what is kept then, in any case.
    ///
    /// # Errors
    /// As for [`KeyStore::keys`]; the key may or may not be kept.
    ///
    /// # Cancel safety
    /// Cancel safe: the key is kept or it is not.
    fn add(
        &self,
        subject: &DataSubject,
        key: SubjectKey,
        after: Option<KeyId>,
    ) -> impl Future<Output = Result<Kept, KeyStoreError>> + Send;

    /// Destroys every key of a subject that is older than the last one. What was encrypted with
    /// them can be read no more, though the subject is not forgotten.
    ///
    /// # Errors
    /// As for [`KeyStore::keys`]; call it again.
    ///
    /// # Cancel safety
    /// As for an error.
    fn retire(
        &self,
        subject: &DataSubject,
    ) -> impl Future<Output = Result<(), KeyStoreError>> + Send;

    /// Destroys all keys of a subject, and keeps that it is forgotten. It is unsettled from then
    /// on, until [`KeyStore::settle`].
    ///
    /// # Errors
    /// As for [`KeyStore::keys`]; some keys may be destroyed, or all. Call it again.
    ///
    /// # Cancel safety
    /// As for an error.
    fn destroy(
        &self,
        subject: &DataSubject,
    ) -> impl Future<Output = Result<(), KeyStoreError>> + Send;

    /// Keeps that all that follows from forgetting a subject is done.
    ///
    /// # Errors
    /// As for [`KeyStore::keys`]; the subject may still be unsettled. Call it again.
    ///
    /// # Cancel safety
    /// Cancel safe.
    fn settle(
        &self,
        subject: &DataSubject,
    ) -> impl Future<Output = Result<(), KeyStoreError>> + Send;

    /// The subjects that are forgotten and unsettled, in order.
    ///
    /// # Errors
    /// As for [`KeyStore::keys`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn unsettled(&self) -> impl Future<Output = Result<Vec<DataSubject>, KeyStoreError>> + Send;

    /// The subjects that are forgotten, in order.
    ///
    /// # Errors
    /// As for [`KeyStore::keys`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn forgotten(&self) -> impl Future<Output = Result<Vec<DataSubject>, KeyStoreError>> + Send;
}

/// What a key store keeps of a data subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Nothing: the subject is not known.
    Nothing,
    /// Its keys, oldest first, at least one. New values are encrypted with the last one.
    Keys(Vec<SubjectKey>),
    /// That it is forgotten.
    Forgotten,
}

impl Kept {
    /// The key that new values are encrypted with.
    pub fn current(&self) -> Option<&SubjectKey> {
        match self {
            Self::Keys(keys) => keys.last(),
            Self::Nothing | Self::Forgotten => None,
        }
    }

    /// The key with this id.
    pub fn key(&self, id: KeyId) -> Option<&SubjectKey> {
        match self {
            Self::Keys(keys) => keys.iter().find(|key| key.id == id),
            Self::Nothing | Self::Forgotten => None,
        }
    }

    /// Whether a key may be added behind `after`.
    pub(super) fn takes(&self, after: Option<KeyId>) -> bool {
        match self {
            Self::Nothing => after.is_none(),
            Self::Keys(keys) => after.is_some() && keys.last().map(|key| key.id) == after,
            Self::Forgotten => false,
        }
    }
}

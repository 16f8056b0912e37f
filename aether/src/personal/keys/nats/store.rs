use std::{fmt, sync::Arc, time::Duration};

use async_nats::{Client, jetstream::context::ContextBuilder};

use super::{
    bucket::{Bucket, Found},
    names::{Names, Part},
    record,
};
use crate::{
    DataSubject, KeyId, Namespace,
    personal::{Kept, KeyStore, KeyStoreError, KeyStoreErrorKind, SubjectKey},
};

/// How the keys of a namespace are kept in NATS.
#[derive(Debug, Clone)]
pub struct NatsKeyOptions {
    namespace: Namespace,
    pub(super) replicas: usize,
    attempt: Duration,
}

impl NatsKeyOptions {
    /// One replica, in the namespace `default`; each question waits two seconds for its answer.
    pub fn new() -> Self {
        Self {
            namespace: Namespace::default(),
            replicas: 1,
            attempt: Duration::from_secs(2),
        }
    }

    /// Keeps the keys of this namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: Namespace) -> Self {
        self.namespace = namespace;
        self
    }

    /// Keeps each key on this many servers: 1, 3 or 5.
    #[must_use]
    pub const fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// Waits this long for an answer.
    #[must_use]
    pub const fn attempt(mut self, attempt: Duration) -> Self {
        self.attempt = attempt;
        self
    }

    /// Opens the bucket, or makes it.
    ///
    /// The servers, or at least the account, should be others than those of the events.
    ///
    /// # Errors
    /// - `Unavailable`: the servers do not answer.
    /// - `Misconfigured`: a bucket exists that would lose keys, or keep those that are destroyed.
    ///
    /// # Cancel safety
    /// Cancel safe: at worst a bucket is there that is empty.
    pub async fn open(self, client: Client) -> Result<NatsKeyStore, KeyStoreError> {
        let names = Names::of(&self.namespace);
        let context = ContextBuilder::new().timeout(self.attempt).build(client);
        let bucket = Bucket::open(context, &names, &self).await?;
        Ok(NatsKeyStore(Arc::new(Shared {
            namespace: self.namespace,
            names,
            bucket,
        })))
    }
}

impl Default for NatsKeyOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Keeps keys in a bucket of NATS.
///
/// Clones share the connection. See [`keys::nats`](super) for what lies in the bucket.
#[derive(Clone)]
pub struct NatsKeyStore(Arc<Shared>);

struct Shared {
    namespace: Namespace,
    names: Names,
    bucket: Bucket,
}

/// What is kept of a subject, and the number of the message that says so; 0 if there is none.
struct Known {
    kept: Kept,
    sequence: u64,
}

impl Shared {
    /// How many times a change is tried while others change the same.
    const ATTEMPTS: usize = 32;

    async fn known(&self, subject: &DataSubject) -> Result<Known, KeyStoreError> {
        let last = self
            .bucket
            .last(&self.names.subject(Part::Keys, subject))
            .await?;
        let Some(Found { sequence, payload }) = last else {
            return Ok(Known {
                kept: Kept::Nothing,
                sequence: 0,
            });
        };
        let kept = record::from_json(&payload);
        let kept = kept.ok_or_else(|| self.bucket.corrupt(sequence))?;
        Ok(Known { kept, sequence })
    }

    /// Replaces what is kept, and has what was kept before overwritten. False if another was
    /// faster.
    async fn replace(
        &self,
        subject: &DataSubject,
        after: u64,
        kept: &Kept,
    ) -> Result<bool, KeyStoreError> {
        let json = record::to_json(kept)
            .map_err(|err| self.bucket.silent("takes no such keys").because(err))?;
        let name = self.names.subject(Part::Keys, subject);
        let is_replaced = self.bucket.put(&name, json, after).await?;
        if is_replaced {
            self.erase_old(subject).await?;
        }
        Ok(is_replaced)
    }

    async fn erase_old(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        let name = self.names.subject(Part::Keys, subject);
        match self.bucket.last(&name).await? {
            Some(last) => self.bucket.erase_before(&name, last.sequence).await,
            None => Ok(()),
        }
    }

    /// Changes what is kept, as long as `change` gives something else.
    async fn change(
        &self,
        subject: &DataSubject,
        change: impl Fn(&Kept) -> Option<Kept> + Send + Sync,
    ) -> Result<Kept, KeyStoreError> {
        for _ in 0..Self::ATTEMPTS {
            let Known { kept, sequence } = self.known(subject).await?;
            let Some(changed) = change(&kept) else {
                return Ok(kept);
            };
            if self.replace(subject, sequence, &changed).await? {
                return Ok(changed);
            }
        }
        Err(self.bucket.silent("is changed by others all the time"))
    }

    async fn mark(&self, part: Part, subject: &DataSubject) -> Result<(), KeyStoreError> {
        let name = self.names.subject(part, subject);
        // If it is there already, all the better.
        self.bucket.put(&name, b"{}".to_vec(), 0).await?;
        Ok(())
    }

    async fn marked(&self, part: Part) -> Result<Vec<DataSubject>, KeyStoreError> {
        let names = self.bucket.subjects(self.names.all(part)).await?;
        let subjects = names.iter().map(|name| {
            let unknown = || {
                let text = format!("`{name}` in the bucket of keys names nobody");
                KeyStoreError::new(KeyStoreErrorKind::Corrupt, text)
            };
            self.names.read(part, name).ok_or_else(unknown)
        });
        let mut subjects = subjects.collect::<Result<Vec<_>, _>>()?;
        subjects.sort_unstable();
        Ok(subjects)
    }
}

impl fmt::Debug for NatsKeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsKeyStore")
            .field("bucket", &self.0.names.bucket())
            .finish_non_exhaustive()
    }
}

impl KeyStore for NatsKeyStore {
    fn namespace(&self) -> &Namespace {
        &self.0.namespace
    }

    async fn keys(&self, subject: &DataSubject) -> Result<Kept, KeyStoreError> {
        Ok(self.0.known(subject).await?.kept)
    }

    async fn add(
        &self,
        subject: &DataSubject,
        key: SubjectKey,
        after: Option<KeyId>,
    ) -> Result<Kept, KeyStoreError> {
        let with_key = |kept: &Kept| {
            if !kept.takes(after) {
                return None;
            }
            let mut keys = match kept {
                Kept::Keys(keys) => keys.clone(),
                Kept::Nothing | Kept::Forgotten => Vec::new(),
            };
            keys.push(key.clone());
            Some(Kept::Keys(keys))
        };
        self.0.change(subject, with_key).await
    }

    async fn retire(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        let last_alone = |kept: &Kept| match kept {
            Kept::Keys(keys) if keys.len() > 1 => {
                Some(Kept::Keys(keys.last().cloned().into_iter().collect()))
            }
            Kept::Keys(_) | Kept::Nothing | Kept::Forgotten => None,
        };
        self.0.change(subject, last_alone).await?;
        self.0.erase_old(subject).await
    }

    async fn destroy(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        if self.0.known(subject).await?.kept != Kept::Forgotten {
            self.0.mark(Part::ToDo, subject).await?;
            let forgotten = |kept: &Kept| (*kept != Kept::Forgotten).then_some(Kept::Forgotten);
            self.0.change(subject, forgotten).await?;
        }
        self.0.erase_old(subject).await
    }

    async fn settle(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        if self.0.known(subject).await?.kept == Kept::Forgotten {
            self.0.mark(Part::Gone, subject).await?;
            let name = self.0.names.subject(Part::ToDo, subject);
            self.0.bucket.erase(&name).await?;
        }
        Ok(())
    }

    async fn unsettled(&self) -> Result<Vec<DataSubject>, KeyStoreError> {
        self.0.marked(Part::ToDo).await
    }

    async fn forgotten(&self) -> Result<Vec<DataSubject>, KeyStoreError> {
        let mut forgotten = self.0.marked(Part::Gone).await?;
        for subject in self.0.marked(Part::ToDo).await? {
            if self.0.known(&subject).await?.kept == Kept::Forgotten {
                forgotten.push(subject);
            }
        }
        forgotten.sort_unstable();
        forgotten.dedup();
        Ok(forgotten)
    }
}

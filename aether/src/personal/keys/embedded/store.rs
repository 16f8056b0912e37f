use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use redb::{Database, DatabaseError};

use super::{
    index::{Index, IndexError, Record},
    places::Places,
};
use crate::{
    DataSubject, KeyId, Namespace,
    personal::{Kept, KeyStore, KeyStoreError, KeyStoreErrorKind, SubjectKey},
};

/// Keeps keys in a folder of its own, which one process at a time has open.
///
/// Not the folder of the events: whoever copies that should not have the keys with it. Clones share
/// the folder. See [`keys::embedded`](super) for how it is laid out.
#[derive(Clone)]
pub struct EmbeddedKeyStore(Arc<Shared>);

struct Shared {
    namespace: Namespace,
    folder: PathBuf,
    index: Index,
    /// Held while the index is written as well, so that a place is never read that another key
    /// takes meanwhile.
    places: Mutex<Places>,
}

/// Says what is wrong with the files.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the index cannot be used")]
    Index(#[from] IndexError),
    #[error("the file system said no")]
    Io(#[from] io::Error),
    #[error("the index cannot be opened")]
    Open(#[from] DatabaseError),
    #[error("the key {0} is damaged")]
    Damaged(KeyId),
    #[error("it holds the keys of the namespace `{0}`")]
    OtherNamespace(String),
    #[error("it has the format {0}, and this build knows {format}", format = Index::format())]
    OtherFormat(String),
}

impl EmbeddedKeyStore {
    /// Opens the keys of a namespace in a folder, which is made if there is none.
    ///
    /// # Errors
    /// - `Unavailable`: another key store has the folder open, or the disk is full or fails.
    /// - `Misconfigured`: the folder cannot be made or written to, or holds the keys of another
    ///   namespace, or those of a later Aether.
    /// - `Corrupt`: the files are damaged.
    ///
    /// # Cancel safety
    /// Cancel safe: the folder is free again once what was begun has ended.
    pub async fn open(
        folder: impl AsRef<Path>,
        namespace: Namespace,
    ) -> Result<Self, KeyStoreError> {
        let folder = folder.as_ref().to_owned();
        let told = folder.clone();
        let opened = off_thread(move || Shared::open(folder, namespace)).await;
        let shared = opened.and_then(|opened| opened.map_err(|err| err.at(&told, "opened")))?;
        Ok(Self(Arc::new(shared)))
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, KeyStoreError> {
        let shared = Arc::clone(&self.0);
        let done = off_thread(move || work(&shared).map_err(|err| err.at(&shared.folder, "used")));
        done.await?
    }
}

impl Shared {
    fn open(folder: PathBuf, namespace: Namespace) -> Result<Self, Failure> {
        fs::create_dir_all(&folder)?;
        let index = Index::new(Database::create(folder.join("keys.redb"))?);
        let (format, claimed) = index.claim(namespace.as_str())?;
        if format != Index::format() {
            return Err(Failure::OtherFormat(format));
        }
        if claimed != namespace.as_str() {
            return Err(Failure::OtherNamespace(claimed));
        }
        let places = Places::open(&folder.join("keys.bin"))?;
        if cfg!(unix) {
            fs::File::open(&folder)?.sync_all()?;
        }
        let shared = Self {
            namespace,
            folder,
            index,
            places: Mutex::new(places),
        };
        shared.erase(&mut shared.places())?;
        Ok(shared)
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self, subject: &DataSubject) -> Result<Kept, Failure> {
        let mut places = self.places();
        let record = self.index.read()?.record(subject)?;
        kept(&mut places, record)
    }

    fn add(
        &self,
        subject: &DataSubject,
        key: &SubjectKey,
        after: Option<KeyId>,
    ) -> Result<Kept, Failure> {
        let mut places = self.places();
        let writing = self.index.write()?;
        let record = writing.record(subject)?;
        let before = kept(&mut places, record.clone())?;
        if !before.takes(after) {
            return Ok(before);
        }
        let mut keys = match record {
            Some(Record::Keys(keys)) => keys,
            Some(Record::Forgotten) | None => Vec::new(),
        };
        let place = writing.take_place()?;
        places.write(place, key.material())?;
        keys.push((key.id, place));
        let record = Record::Keys(keys);
        writing.put(subject, &record)?;
        writing.commit()?;
        kept(&mut places, Some(record))
    }

    fn retire(&self, subject: &DataSubject) -> Result<(), Failure> {
        let mut places = self.places();
        let writing = self.index.write()?;
        if let Some(Record::Keys(mut keys)) = writing.record(subject)? {
            let last = keys.split_off(keys.len().saturating_sub(1));
            writing.put(subject, &Record::Keys(last))?;
            writing.give_back(&places_of(&keys), false)?;
        }
        writing.commit()?;
        self.erase(&mut places)
    }

    fn destroy(&self, subject: &DataSubject) -> Result<(), Failure> {
        let mut places = self.places();
        let writing = self.index.write()?;
        let keys = match writing.record(subject)? {
            Some(Record::Forgotten) => None,
            Some(Record::Keys(keys)) => Some(keys),
            None => Some(Vec::new()),
        };
        if let Some(keys) = keys {
            writing.put(subject, &Record::Forgotten)?;
            writing.forgotten(subject, false)?;
            writing.give_back(&places_of(&keys), false)?;
        }
        writing.commit()?;
        self.erase(&mut places)
    }

    fn settle(&self, subject: &DataSubject) -> Result<(), Failure> {
        let writing = self.index.write()?;
        if let Some(Record::Forgotten) = writing.record(subject)? {
            writing.forgotten(subject, true)?;
        }
        Ok(writing.commit()?)
    }

    /// Overwrites what is to be overwritten.
    fn erase(&self, places: &mut Places) -> Result<(), Failure> {
        let to_erase = self.index.read()?.to_erase()?;
        if to_erase.is_empty() {
            return Ok(());
        }
        places.erase(&to_erase)?;
        let writing = self.index.write()?;
        writing.give_back(&to_erase, true)?;
        Ok(writing.commit()?)
    }
}

fn places_of(keys: &[(KeyId, u64)]) -> Vec<u64> {
    keys.iter().map(|(_, place)| *place).collect()
}

fn kept(places: &mut Places, record: Option<Record>) -> Result<Kept, Failure> {
    let keys = match record {
        None => return Ok(Kept::Nothing),
        Some(Record::Forgotten) => return Ok(Kept::Forgotten),
        Some(Record::Keys(keys)) => keys,
    };
    let mut read = Vec::with_capacity(keys.len());
    for (id, place) in keys {
        let bytes = places.read(place)?.ok_or(Failure::Damaged(id))?;
        read.push(SubjectKey::kept(id, bytes));
    }
    Ok(Kept::Keys(read))
}

impl Failure {
    fn kind(&self) -> KeyStoreErrorKind {
        use KeyStoreErrorKind::{Corrupt, Misconfigured, Unavailable};
        match self {
            Self::Damaged(_)
            | Self::Index(IndexError::Record(_) | IndexError::Engine(redb::Error::Corrupted(_)))
            | Self::Open(DatabaseError::Storage(redb::StorageError::Corrupted(_))) => Corrupt,
            Self::OtherNamespace(_)
            | Self::OtherFormat(_)
            | Self::Open(DatabaseError::UpgradeRequired(_)) => Misconfigured,
            Self::Open(DatabaseError::Storage(redb::StorageError::Io(err))) | Self::Io(err) => {
                kind_of_io(err)
            }
            Self::Index(IndexError::Engine(_)) | Self::Open(_) => Unavailable,
        }
    }

    fn at(self, folder: &Path, what: &str) -> KeyStoreError {
        let text = format!("the keys in `{}` cannot be {what}", folder.display());
        KeyStoreError::new(self.kind(), text).because(self)
    }
}

fn kind_of_io(err: &io::Error) -> KeyStoreErrorKind {
    use io::ErrorKind as E;
    let kind = err.kind();
    if matches!(kind, E::InvalidData | E::UnexpectedEof) {
        KeyStoreErrorKind::Corrupt
    } else if matches!(
        kind,
        E::PermissionDenied
            | E::ReadOnlyFilesystem
            | E::NotADirectory
            | E::IsADirectory
            | E::AlreadyExists
            | E::InvalidInput
    ) {
        KeyStoreErrorKind::Misconfigured
    } else {
        KeyStoreErrorKind::Unavailable
    }
}

/// The disk is waited for on a thread that may wait.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, KeyStoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|err| {
        let text = "the work on the keys was broken off";
        KeyStoreError::new(KeyStoreErrorKind::Unavailable, text).because(err)
    })
}

impl fmt::Debug for EmbeddedKeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedKeyStore")
            .field("folder", &self.0.folder)
            .field("namespace", &self.0.namespace)
            .finish_non_exhaustive()
    }
}

impl KeyStore for EmbeddedKeyStore {
    fn namespace(&self) -> &Namespace {
        &self.0.namespace
    }

    async fn keys(&self, subject: &DataSubject) -> Result<Kept, KeyStoreError> {
        let subject = subject.clone();
        self.run(move |shared| shared.keys(&subject)).await
    }

    async fn add(
        &self,
        subject: &DataSubject,
        key: SubjectKey,
        after: Option<KeyId>,
    ) -> Result<Kept, KeyStoreError> {
        let subject = subject.clone();
        self.run(move |shared| shared.add(&subject, &key, after))
            .await
    }

    async fn retire(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        let subject = subject.clone();
        self.run(move |shared| shared.retire(&subject)).await
    }

    async fn destroy(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        let subject = subject.clone();
        self.run(move |shared| shared.destroy(&subject)).await
    }

    async fn settle(&self, subject: &DataSubject) -> Result<(), KeyStoreError> {
        let subject = subject.clone();
        self.run(move |shared| shared.settle(&subject)).await
    }

    async fn unsettled(&self) -> Result<Vec<DataSubject>, KeyStoreError> {
        self.run(|shared| {
            let forgotten = shared.index.read()?.forgotten()?.into_iter();
            let unsettled = forgotten.filter(|(_, settled)| !settled);
            Ok(unsettled.map(|(subject, _)| subject).collect())
        })
        .await
    }

    async fn forgotten(&self) -> Result<Vec<DataSubject>, KeyStoreError> {
        self.run(|shared| {
            let forgotten = shared.index.read()?.forgotten()?.into_iter();
            Ok(forgotten.map(|(subject, _)| subject).collect())
        })
        .await
    }
}

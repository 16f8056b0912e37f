use redb::{
    Database, ReadTransaction, ReadableDatabase as _, ReadableTable as _, TableDefinition,
    WriteTransaction,
};
use serde::{Deserialize, Serialize};

use crate::{DataSubject, KeyId};

/// A subject, and what is kept of it as JSON.
const SUBJECTS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("subjects");
/// Who is forgotten, and whether that is settled.
const FORGOTTEN: TableDefinition<'_, &str, bool> = TableDefinition::new("forgotten");
/// Places, and whether they are overwritten already and so free.
const UNUSED: TableDefinition<'_, u64, bool> = TableDefinition::new("unused");
const ABOUT: TableDefinition<'_, &str, &str> = TableDefinition::new("about");

/// How the files are laid out.
const FORMAT: &str = "1";

/// What is kept of a subject: the ids of its keys and where they lie, oldest first; or that it is
/// forgotten.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Record {
    Keys(Vec<(KeyId, u64)>),
    Forgotten,
}

/// Why the index did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum IndexError {
    #[error("the file said no")]
    Engine(#[from] redb::Error),
    #[error("a record is not what it should be")]
    Record(#[from] serde_json::Error),
}

macro_rules! engine_errors {
    ($($error:ident)+) => {$(
        impl From<redb::$error> for IndexError {
            fn from(err: redb::$error) -> Self {
                Self::Engine(err.into())
            }
        }
    )+};
}

engine_errors! { CommitError StorageError TableError TransactionError }

/// Which subject has which keys, and who is forgotten.
#[derive(Debug)]
pub(super) struct Index(Database);

impl Index {
    pub(super) const fn new(database: Database) -> Self {
        Self(database)
    }

    /// Says whose keys these are, or hears whose they are already: format and namespace.
    pub(super) fn claim(&self, namespace: &str) -> Result<(String, String), IndexError> {
        let tx = self.0.begin_write()?;
        let claimed = {
            let mut about = tx.open_table(ABOUT)?;
            let mut said = |name, text: &str| -> Result<String, IndexError> {
                if let Some(there) = about.get(name)? {
                    return Ok(there.value().to_owned());
                }
                about.insert(name, text)?;
                Ok(text.to_owned())
            };
            (said("format", FORMAT)?, said("namespace", namespace)?)
        };
        tx.open_table(SUBJECTS)?;
        tx.open_table(FORGOTTEN)?;
        tx.open_table(UNUSED)?;
        tx.commit()?;
        Ok(claimed)
    }

    pub(super) const fn format() -> &'static str {
        FORMAT
    }

    pub(super) fn read(&self) -> Result<Reading, IndexError> {
        Ok(Reading(self.0.begin_read()?))
    }

    pub(super) fn write(&self) -> Result<Writing, IndexError> {
        Ok(Writing(self.0.begin_write()?))
    }
}

pub(super) struct Reading(ReadTransaction);

impl Reading {
    pub(super) fn record(&self, subject: &DataSubject) -> Result<Option<Record>, IndexError> {
        let subjects = self.0.open_table(SUBJECTS)?;
        let record = subjects.get(subject.as_str())?;
        Ok(record
            .map(|json| serde_json::from_slice(json.value()))
            .transpose()?)
    }

    /// Who is forgotten, in order, and whether that is settled.
    pub(super) fn forgotten(&self) -> Result<Vec<(DataSubject, bool)>, IndexError> {
        let forgotten = self.0.open_table(FORGOTTEN)?;
        let mut found = Vec::new();
        for entry in forgotten.iter()? {
            let (subject, settled) = entry?;
            found.push((DataSubject::kept(subject.value()), settled.value()));
        }
        Ok(found)
    }

    /// The places that are still to be overwritten.
    pub(super) fn to_erase(&self) -> Result<Vec<u64>, IndexError> {
        let unused = self.0.open_table(UNUSED)?;
        let mut found = Vec::new();
        for entry in unused.iter()? {
            let (place, is_free) = entry?;
            if !is_free.value() {
                found.push(place.value());
            }
        }
        Ok(found)
    }
}

/// Nothing of it is kept before it is committed.
pub(super) struct Writing(WriteTransaction);

impl Writing {
    pub(super) fn record(&self, subject: &DataSubject) -> Result<Option<Record>, IndexError> {
        let subjects = self.0.open_table(SUBJECTS)?;
        let record = subjects.get(subject.as_str())?;
        Ok(record
            .map(|json| serde_json::from_slice(json.value()))
            .transpose()?)
    }

    pub(super) fn put(&self, subject: &DataSubject, record: &Record) -> Result<(), IndexError> {
        let json = serde_json::to_vec(record)?;
        self.0
            .open_table(SUBJECTS)?
            .insert(subject.as_str(), json.as_slice())?;
        Ok(())
    }

    pub(super) fn forgotten(&self, subject: &DataSubject, settled: bool) -> Result<(), IndexError> {
        self.0
            .open_table(FORGOTTEN)?
            .insert(subject.as_str(), settled)?;
        Ok(())
    }

    /// Takes a free place: one that was used before, or the one behind all others.
    pub(super) fn take_place(&self) -> Result<u64, IndexError> {
        let mut unused = self.0.open_table(UNUSED)?;
        let mut free = None;
        for entry in unused.iter()? {
            let (place, is_free) = entry?;
            if is_free.value() {
                free = Some(place.value());
                break;
            }
        }
        if let Some(place) = free {
            unused.remove(place)?;
            return Ok(place);
        }
        let mut about = self.0.open_table(ABOUT)?;
        let next = about
            .get("places")?
            .and_then(|next| next.value().parse().ok());
        let next: u64 = next.unwrap_or_default();
        about.insert("places", (next + 1).to_string().as_str())?;
        Ok(next)
    }

    /// Gives places back: to be overwritten, or overwritten and so free.
    pub(super) fn give_back(&self, places: &[u64], erased: bool) -> Result<(), IndexError> {
        let mut unused = self.0.open_table(UNUSED)?;
        for place in places {
            unused.insert(place, erased)?;
        }
        Ok(())
    }

    pub(super) fn commit(self) -> Result<(), IndexError> {
        Ok(self.0.commit()?)
    }
}

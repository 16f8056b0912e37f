use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use redb::{Database, DatabaseError};

use super::failure::Failure;
use crate::{StoreError, StoreErrorKind};

/// Opens the file.
pub(super) type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

/// The file, opened, and opened anew when the engine has given up after an error.
pub(super) struct Engine {
    path: PathBuf,
    opener: Opener,
    slot: RwLock<Slot>,
}

struct Slot {
    /// None after it could not be opened anew, and after it was closed.
    database: Option<Database>,
    /// How often it was opened.
    openings: u64,
    is_closed: bool,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the file. Blocks, and takes long if the file has to be repaired.
    pub(super) fn open(path: PathBuf, opener: Opener) -> Result<Self, StoreError> {
        let database = guarded(|| Ok(opener()?));
        let database = database.map_err(|failure| failure.into_error("opened", &path))?;
        let slot = Slot {
            database: Some(database),
            openings: 1,
            is_closed: false,
        };
        Ok(Self {
            path,
            opener,
            slot: RwLock::new(slot),
        })
    }

    /// Reads. Blocks.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.run("read", work)
    }

    /// Writes. Blocks. After an error it is not known what was written.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.run("written", work)
    }

    /// Closes the file, after what is being read from it was read.
    pub(super) fn close(&self) {
        let mut slot = self.slot_mut();
        slot.is_closed = true;
        discard(slot.database.take());
    }

    fn run<T>(
        &self,
        what: &str,
        work: impl FnOnce(&Database) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.reopen_if_it_failed()?;
        let slot = self.slot();
        let database = slot.database.as_ref().ok_or_else(|| self.is_not_open())?;
        let answer = guarded(|| work(database));
        let openings = slot.openings;
        drop(slot);
        answer.map_err(|failure| {
            if failure.breaks_the_engine() {
                self.reopen_after(openings);
            }
            failure.into_error(what, &self.path)
        })
    }

    fn reopen_if_it_failed(&self) -> Result<(), StoreError> {
        let slot = self.slot();
        let (is_open, openings) = (slot.database.is_some(), slot.openings);
        drop(slot);
        if is_open {
            return Ok(());
        }
        self.reopen(openings)
            .map_err(|failure| failure.into_error("opened", &self.path))
    }

    /// The failure that led here says more than one of opening anew, which the next call meets.
    fn reopen_after(&self, openings: u64) {
        if let Err(failure) = self.reopen(openings) {
            tracing::warn!(path = %self.path.display(), ?failure, "the file cannot be opened anew");
        }
    }

    /// Opens the file anew, unless someone else did since.
    fn reopen(&self, openings: u64) -> Result<(), Failure> {
        let mut slot = self.slot_mut();
        if slot.is_closed {
            return Err(self.is_not_open().into());
        }
        if slot.openings == openings {
            discard(slot.database.take());
            slot.database = Some(guarded(|| Ok((self.opener)()?))?);
            slot.openings += 1;
        }
        Ok(())
    }

    fn is_not_open(&self) -> StoreError {
        let path = self.path.display();
        StoreError::new(
            StoreErrorKind::Unavailable,
            format!("the file `{path}` is not open"),
        )
    }

    // The slot is never left half changed.
    fn slot(&self) -> RwLockReadGuard<'_, Slot> {
        self.slot.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot_mut(&self) -> RwLockWriteGuard<'_, Slot> {
        self.slot.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A panic of the engine is damage to the file, not a bug of who called it. Nothing of the engine
/// is used again afterwards.
fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(Failure::panicked(&*payload)))
}

fn discard(database: Option<Database>) {
    let closed = guarded(|| {
        drop(database);
        Ok(())
    });
    if let Err(failure) = closed {
        tracing::warn!(?failure, "the file was not closed in good order");
    }
}

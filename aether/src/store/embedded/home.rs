use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    process,
};

use redb::{Builder, Database, ReadableDatabase as _};

use super::{
    engine::{Engine, Opener},
    failure::{Failure, kind_of_io},
    reading,
    tables::ABOUT,
};
use crate::{StoreError, StoreErrorKind};

const FILE: &str = "aether.redb";
const UNFINISHED: &str = "aether.redb.new";
const LOCK: &str = "aether.lock";
/// How the tables are laid out. A file with a larger number is of a later Aether.
const FORMAT: u64 = 3;
/// The format before: its records do not say when they were stored. It is read, and written on in
/// the format of today.
const TIMELESS: u64 = 2;

/// A folder that this process alone has open, until this is dropped.
#[derive(Debug)]
pub(super) struct Home {
    folder: PathBuf,
    /// Holds the lock for as long as it is open.
    lock: File,
}

impl Drop for Home {
    /// A process that is started just now has a copy of the open file, until it runs its program: the
    /// folder would not be free before.
    fn drop(&mut self) {
        if let Err(error) = self.lock.unlock() {
            tracing::debug!(%error, folder = %self.folder.display(), "a lock ends with its file only");
        }
    }
}

impl Home {
    /// Refuses a folder without a file of a store, and leaves it as it is. Blocks.
    pub(super) fn check_exists(folder: &Path) -> Result<(), StoreError> {
        if folder.join(FILE).is_file() {
            return Ok(());
        }
        let what = format!("there is no store in the folder `{}`", folder.display());
        Err(StoreError::new(StoreErrorKind::Misconfigured, what))
    }

    /// Makes the folder if there is none, and locks it. Blocks.
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        let told = |what: &str| format!("the folder `{}` cannot be {what}", folder.display());
        if folder.exists() && !folder.is_dir() {
            let what = format!("`{}` is a file where a folder is needed", folder.display());
            return Err(StoreError::new(StoreErrorKind::Misconfigured, what));
        }
        make(folder).map_err(|err| failed(told("made"), err))?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(folder.join(LOCK))
            .map_err(|err| failed(told("written to"), err))?;
        let lock = locked(lock, folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            lock,
        })
    }

    /// Opens the file in it, made if there is none. Blocks.
    pub(super) fn engine(&self, cache_bytes: usize) -> Result<Engine, StoreError> {
        let path = self.folder.join(FILE);
        if !path.exists() {
            self.make_file(&path)?;
        }
        let file = path.clone();
        let opener: Opener = Box::new(move || builder(cache_bytes).open(&file));
        let engine = Engine::open(path.clone(), opener)?;
        let format = engine.read(format_of)?;
        if format == Some(TIMELESS) {
            engine.write(|database| write_format(database, FORMAT))?;
        } else {
            check(format, &path)?;
        }
        Ok(engine)
    }

    /// A file gets its name when it is complete, so that one that is there is never half made.
    fn make_file(&self, path: &Path) -> Result<(), StoreError> {
        let told = || format!("the file `{}` cannot be made", path.display());
        let failed = |err| failed(told(), err);
        let unfinished = self.folder.join(UNFINISHED);
        match fs::remove_file(&unfinished) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => return Err(failed(err)),
            Ok(()) | Err(_) => {}
        }
        found(&unfinished).map_err(|failure| failure.into_error("made", path))?;
        fs::rename(&unfinished, path).map_err(failed)?;
        sync_folder(&self.folder).map_err(failed)
    }
}

/// An empty file of the format of today.
fn found(path: &Path) -> Result<(), Failure> {
    let database = Builder::new().create(path)?;
    write_format(&database, FORMAT)
}

pub(super) fn write_format(database: &Database, format: u64) -> Result<(), Failure> {
    let tx = database.begin_write()?;
    tx.open_table(ABOUT)?.insert("format", format)?;
    tx.commit()?;
    Ok(())
}

fn builder(cache_bytes: usize) -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(cache_bytes);
    builder
}

fn format_of(database: &Database) -> Result<Option<u64>, Failure> {
    let Some(about) = reading::table(&database.begin_read()?, ABOUT)? else {
        return Ok(None);
    };
    let format = redb::ReadableTable::get(&about, "format")?;
    Ok(format.map(|format| format.value()))
}

fn check(format: Option<u64>, path: &Path) -> Result<(), StoreError> {
    let path = path.display();
    let what = match format {
        Some(FORMAT) => return Ok(()),
        Some(other) => format!(
            "the file `{path}` has format {other}, and this version of Aether reads formats {TIMELESS} and {FORMAT}"
        ),
        None => format!("the file `{path}` holds something else than events"),
    };
    Err(StoreError::new(StoreErrorKind::Misconfigured, what))
}

/// Makes a folder, such that it is still there after a power cut.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    match folder
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        Some(parent) => {
            make(parent)?;
            create(folder)?;
            sync_folder(parent)
        }
        None => create(folder),
    }
}

/// Another process may have made it meanwhile.
fn create(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(err) if err.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Makes the names in a folder durable, where the system can.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Locks the file and writes into it which process has it.
fn locked(mut lock: File, folder: &Path) -> Result<File, StoreError> {
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(in_use(lock, folder)),
        Err(TryLockError::Error(err)) => {
            let what = format!("the folder `{}` cannot be locked", folder.display());
            return Err(failed(what, err));
        }
    }
    let told = lock
        .set_len(0)
        .and_then(|()| lock.rewind())
        .and_then(|()| write!(lock, "{}", process::id()));
    let what = || format!("the folder `{}` cannot be written to", folder.display());
    told.map_err(|err| failed(what(), err))?;
    Ok(lock)
}

fn in_use(mut lock: File, folder: &Path) -> StoreError {
    let (folder, mut holder) = (folder.display(), String::new());
    // Where a locked file cannot be read, the holder stays unnamed.
    let read = lock.read_to_string(&mut holder);
    let by = match (read, holder.parse::<u32>()) {
        (Ok(_), Ok(pid)) if pid == process::id() => "this process already".to_owned(),
        (Ok(_), Ok(pid)) => format!("process {pid}"),
        (Ok(_) | Err(_), _) => "another process".to_owned(),
    };
    StoreError::new(
        StoreErrorKind::Unavailable,
        format!("the folder `{folder}` is in use by {by}: one store at a time can have it open"),
    )
}

fn failed(what: String, err: io::Error) -> StoreError {
    StoreError::new(kind_of_io(&err), what).because(err)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_folder_is_free_when_its_store_is_closed_though_a_child_has_a_copy_of_the_lock() {
        let room = TempDir::new().unwrap();
        let home = Home::open(room.path()).unwrap();
        // What a process has that is being started.
        let copy = home.lock.try_clone().unwrap();
        Home::open(room.path()).unwrap_err();
        drop(home);
        Home::open(room.path()).unwrap();
        drop(copy);
    }
}

//! Generated files and the folder they are kept in: the one part of this crate that touches a disk.

mod change;
mod diff;
mod test;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

use self::change::Change;
use crate::check::Finding;

pub use self::{diff::unified, test::check_files};

/// The file that lists what was generated, so that nothing else is ever removed.
const LIST: &str = ".generated";

/// Files by their paths in a folder, which are written with `/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, String>);

/// A folder that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} `{}`", path.display())]
#[non_exhaustive]
pub struct FilesError {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

fn error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FilesError {
    move |source| FilesError {
        doing,
        path: path.to_owned(),
        source,
    }
}

impl From<BTreeMap<String, String>> for Files {
    fn from(files: BTreeMap<String, String>) -> Self {
        Self(files)
    }
}

impl Files {
    /// Adds a file, in place of one of the same path.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.0.insert(path.into(), text.into());
    }

    /// Adds all files of another set, under a folder.
    pub fn add_all(&mut self, folder: &str, files: Self) {
        let under = files
            .0
            .into_iter()
            .map(|(path, text)| (format!("{folder}/{path}"), text));
        self.0.extend(under);
    }

    /// The files by path.
    pub const fn map(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// The files of a folder and of those in it; none if it is not there.
    ///
    /// # Errors
    /// If a file or a folder cannot be read, or is not text.
    pub fn read(folder: &Path) -> Result<Self, FilesError> {
        let mut files = Self::default();
        if folder.exists() {
            files.read_into(folder, "")?;
        }
        Ok(files)
    }

    fn read_into(&mut self, folder: &Path, prefix: &str) -> Result<(), FilesError> {
        for entry in fs::read_dir(folder).map_err(error("read", folder))? {
            let path = entry.map_err(error("read", folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{prefix}{name}");
            if path.is_dir() {
                self.read_into(&path, &format!("{name}/"))?;
            } else {
                let text = fs::read_to_string(&path).map_err(error("read", &path))?;
                self.0.insert(name, text);
            }
        }
        Ok(())
    }

    /// Writes the files into a folder, and removes those that were generated there before and are
    /// not any more. Files that were not generated stay.
    ///
    /// # Errors
    /// If a file cannot be written or removed. Those before it have been.
    pub fn write(&self, folder: &Path) -> Result<(), FilesError> {
        for stale in listed(folder)?.difference(&self.names()) {
            let path = folder.join(stale);
            if path.exists() {
                fs::remove_file(&path).map_err(error("remove", &path))?;
            }
        }
        for (name, text) in self.with_list() {
            write(&folder.join(name), &text)?;
        }
        Ok(())
    }

    /// Writes those files that are not there yet, and touches none that is. Says which it wrote.
    ///
    /// # Errors
    /// If a file cannot be written. Those before it have been.
    pub fn write_new(&self, folder: &Path) -> Result<Vec<String>, FilesError> {
        let mut written = Vec::new();
        for (name, text) in &self.0 {
            let path = folder.join(name);
            if !path.exists() {
                write(&path, text)?;
                written.push(name.clone());
            }
        }
        Ok(written)
    }

    /// What writing would change, as a unified diff; nothing if all is as it should be.
    ///
    /// # Errors
    /// If a file of the folder cannot be read.
    pub fn difference(&self, folder: &Path) -> Result<String, FilesError> {
        let changes = self.changes(folder)?;
        let told = changes
            .iter()
            .map(|change| unified(&change.name, change.kept.as_deref(), change.now.as_deref()));
        Ok(told.collect())
    }

    /// `ES303`: each file that writing would change, at the first line that is not as it is
    /// generated.
    ///
    /// # Errors
    /// If a file of the folder cannot be read.
    pub fn stale(&self, folder: &Path) -> Result<Vec<Finding>, FilesError> {
        let changes = self.changes(folder)?;
        Ok(changes
            .iter()
            .map(|change| change.finding(folder))
            .collect())
    }

    fn changes(&self, folder: &Path) -> Result<Vec<Change>, FilesError> {
        let mut changes = Vec::new();
        for (name, now) in self.with_list() {
            let kept = kept(&folder.join(&name))?;
            let now = Some(now);
            changes.push(Change { name, kept, now });
        }
        for gone in listed(folder)?.difference(&self.names()) {
            let (name, kept) = (gone.clone(), kept(&folder.join(gone))?);
            changes.push(Change {
                name,
                kept,
                now: None,
            });
        }
        changes.retain(|change| change.kept != change.now);
        Ok(changes)
    }

    fn names(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    fn with_list(&self) -> BTreeMap<String, String> {
        let list = self.0.keys().fold(String::new(), |mut list, name| {
            writeln!(list, "{name}").ok();
            list
        });
        let mut files = self.0.clone();
        files.insert(LIST.to_owned(), list);
        files
    }
}

fn kept(path: &Path) -> Result<Option<String>, FilesError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(error("read", path)(source)),
    }
}

fn listed(folder: &Path) -> Result<BTreeSet<String>, FilesError> {
    let path = folder.join(LIST);
    if !path.exists() {
        return Ok(BTreeSet::new());
    }
    let list = fs::read_to_string(&path).map_err(error("read", &path))?;
    // Only what lies in the folder: a list is a file like any other, and may be wrong.
    let inside = |name: &&str| {
        !name
            .split('/')
            .any(|part| part.is_empty() || part.starts_with(".."))
    };
    Ok(list.lines().filter(inside).map(str::to_owned).collect())
}

fn write(path: &Path, text: &str) -> Result<(), FilesError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(error("create", folder))?;
    }
    fs::write(path, text).map_err(error("write", path))
}

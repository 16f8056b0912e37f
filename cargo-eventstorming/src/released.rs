//! A lock as it was released.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use eventstorming::files::Files;

use crate::{failure::Failure, source::git};

/// The files of a lock by their paths in its folder: in another folder, or at a commit of the
/// repository that the folder is in. None if there was no lock then.
pub(crate) fn released(against: &str, folder: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let other = Path::new(against);
    if other.is_dir() {
        return Ok(Files::read(other)?.map().clone());
    }
    at_commit(against, folder).ok_or_else(|| Failure::NoCommit(against.to_owned()))
}

fn at_commit(against: &str, folder: &Path) -> Option<BTreeMap<String, String>> {
    let (there, rest) = existing(folder)?;
    let top = PathBuf::from(git(&there, &["rev-parse", "--show-toplevel"])?);
    let top = top.canonicalize().ok()?;
    let commit = format!("{against}^{{commit}}");
    let sha = git(&top, &["rev-parse", "--verify", "--quiet", &commit])?;
    let within = there.join(rest);
    let within = within.strip_prefix(&top).ok()?.to_str()?.replace('\\', "/");
    let list = git(
        &top,
        &["ls-tree", "-r", "-z", "--name-only", &sha, "--", &within],
    )?;
    let paths = list.split('\0').filter(|path| !path.is_empty());
    paths
        .map(|path| {
            let text = git(&top, &["show", &format!("{sha}:{path}")])?;
            let name = path.strip_prefix(&within).unwrap_or(path);
            Some((name.trim_start_matches('/').to_owned(), text))
        })
        .collect()
}

/// The nearest folder that is there, as the system calls it, and the way on from it: a lock that
/// is gone as a whole had a place as well.
fn existing(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let folder = std::path::absolute(folder).ok()?;
    let there = folder.ancestors().find(|place| place.is_dir())?;
    let rest = folder.strip_prefix(there).ok()?.to_owned();
    Some((there.canonicalize().ok()?, rest))
}

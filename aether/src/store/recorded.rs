use super::{Commit, Position};
use crate::Version;

/// A commit and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the log.
    pub position: Position,
    /// What was stored.
    pub commit: Commit,
}

/// What a store answers when a commit is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The place of the commit in the log.
    pub position: Position,
    /// The version its actor is at after it.
    pub version: Version,
}

/// Some commits of an actor, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The commits.
    pub commits: Vec<Recorded>,
    /// Whether there is more: read again after the version of the last event here.
    pub more: bool,
}

impl Page {
    /// The version of the last event on the page.
    pub fn last_version(&self) -> Option<Version> {
        self.commits
            .last()
            .map(|recorded| recorded.commit.version())
    }
}

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

/// Some commits of an actor, in the order in which they were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The commits.
    pub commits: Vec<Recorded>,
    /// Whether there is more: read again after [`Page::last_version`], or before
    /// [`Page::first_version`] if the page was read backwards.
    pub more: bool,
}

impl Page {
    /// The version of the last event on a page that was read forwards.
    pub fn last_version(&self) -> Option<Version> {
        self.commits
            .last()
            .map(|recorded| recorded.commit.version())
    }

    /// The version of the first event on a page that was read backwards.
    pub fn first_version(&self) -> Option<Version> {
        let oldest = self.commits.last();
        oldest.map(|recorded| recorded.commit.expected().next())
    }

    /// A page that was read backwards, without what lies at a place in the log or before it, but for
    /// its first commit.
    #[must_use]
    pub fn back_to(mut self, place: Position) -> Self {
        let behind = self.commits.partition_point(|it| it.position > place);
        if behind < self.commits.len() {
            self.commits.truncate(behind.max(1));
            self.more = false;
        }
        self
    }
}

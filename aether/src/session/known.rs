use serde::{Deserialize, Serialize};
use uuid::Version as UuidVersion;

use super::{
    SessionMark,
    latest::{Latest, is_client},
};
use crate::{Commit, Position, Recorded, Version, fence::Fence};

/// What is known of sessions, if there is anything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Known {
    /// The highest sequence of each.
    #[serde(default, skip_serializing_if = "Latest::is_empty")]
    pub(super) last: Latest,
    /// The place of the last commit of a command that may be one of a session, and is not marked.
    #[serde(default, skip_serializing_if = "Position::is_start")]
    pub(super) unmarked: Position,
    /// The last fence in the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fence: Option<Fence>,
    /// When the last of those clients came that are not remembered.
    #[serde(default, skip_serializing_if = "Position::is_start")]
    pub(super) forgotten: Position,
}

/// How many clients are remembered.
pub(super) const CLIENTS: usize = 16;

impl Known {
    /// Whether a commit of the receiver says something of sessions.
    pub(super) fn is_told_by(commit: &Commit) -> bool {
        commit.fence().is_some() || commit.session().is_some() || is_derived(commit)
    }

    /// Takes a commit of the receiver in.
    pub(super) fn note(&mut self, recorded: &Recorded) {
        let commit = &recorded.commit;
        if let Some(fence) = commit.fence() {
            self.fence = Some(fence.later(self.fence.take()));
        }
        if let Some(mark) = commit.session() {
            self.meet(mark, commit.expected());
        } else if is_derived(commit) {
            self.unmarked = self.unmarked.max(recorded.position);
        }
    }

    fn meet(&mut self, mark: &SessionMark, expected: Version) {
        if !self.last.note(mark, expected) || !is_client(&mark.session) {
            return;
        }
        if let Some(forgotten) = self.last.forget_client(CLIENTS) {
            self.forgotten = self.forgotten.max(forgotten.position);
        }
    }
}

/// Whether the id of the command was derived from something, as those of followers are.
fn is_derived(commit: &Commit) -> bool {
    let id = commit.command_id();
    id.is_some_and(|id| id.as_uuid().get_version() == Some(UuidVersion::Sha1))
}

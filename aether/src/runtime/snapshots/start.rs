use std::{collections::HashSet, time::Duration};

use super::policy::PolicyNumber;
use crate::{
    CommandId, CommitRef, Recorded, Sessions, Timestamp, Version, runtime::search::Recent,
};

/// How an actor was loaded.
///
/// There is one for every actor in memory: what most have no use for is behind a pointer.
#[derive(Debug)]
pub(in crate::runtime) struct Start {
    pub(super) kept: Kept,
    /// When snapshots are due, once that was asked.
    pub(super) policy: Option<PolicyNumber>,
    /// The data of the events that were folded, in bytes.
    folded: u32,
    /// The last commit that is in the state.
    pub(in crate::runtime) last_commit: Option<CommitRef>,
    /// The version at which it was last looked whether a snapshot is due.
    pub(super) version: Version,
    /// How long reading and folding took, until it was looked whether a snapshot is due, in
    /// nanoseconds.
    took: u64,
    /// What is known of the sessions that had an effect on the actor.
    pub(in crate::runtime) sessions: Sessions,
    searched: Option<Box<Searched>>,
}

/// What is known of the commands that an actor has handled.
#[derive(Debug, Default)]
struct Searched {
    /// The commands behind some place in the log, if they were asked for of late.
    recent: Option<Recent>,
    /// The ids of all commands in the history, if they were wanted and are few.
    ids: Option<HashSet<CommandId>>,
}

/// What is known of the snapshot that is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing is known.
    Unknown,
    /// There is none, or one that any other replaces.
    Nothing,
    /// There is a good one.
    At(Version),
    /// There is one of another build, taken then.
    Foreign(Box<Timestamp>),
    /// There is one that is of no use, and must make room.
    Useless,
}

impl Start {
    /// How many command ids are remembered at most.
    pub(in crate::runtime) const MOST_IDS: usize = 256;

    pub(super) const fn new() -> Self {
        Self {
            kept: Kept::Unknown,
            policy: None,
            folded: 0,
            last_commit: None,
            version: Version::NONE,
            took: 0,
            sessions: Sessions::none(),
            searched: None,
        }
    }

    /// One that remembers the ids of all commands.
    pub(super) fn searching() -> Self {
        let mut start = Self::new();
        start.know(Some(HashSet::new()));
        start
    }

    /// Whether a commit of this command may be in the history.
    pub(in crate::runtime) fn may_have(&self, id: CommandId) -> bool {
        let ids = self.searched.as_ref().and_then(|it| it.ids.as_ref());
        ids.is_none_or(|ids| ids.contains(&id))
    }

    /// These are the ids of all commands in the history, if they are few.
    pub(in crate::runtime) fn know(&mut self, ids: Option<HashSet<CommandId>>) {
        self.searched.get_or_insert_default().ids = ids;
    }

    /// These are the commands behind some place in the log.
    pub(in crate::runtime) fn know_recent(&mut self, recent: Recent) {
        self.searched.get_or_insert_default().recent = Some(recent);
    }

    pub(in crate::runtime) fn take_recent(&mut self) -> Option<Recent> {
        self.searched.as_mut()?.recent.take()
    }

    /// A commit was folded.
    pub(in crate::runtime) fn note(&mut self, recorded: &Recorded) {
        self.last_commit = Some(CommitRef::of(recorded));
        self.sessions.note(recorded);
        let data = recorded.commit.events().iter();
        let folded = data.map(|event| event.data.as_bytes().len()).sum::<usize>();
        let folded = u32::try_from(folded).unwrap_or(u32::MAX);
        self.folded = self.folded.saturating_add(folded);
        if let Some(searched) = &mut self.searched {
            searched.note(recorded);
        }
    }

    /// Reading and folding took so long.
    pub(super) fn took(&mut self, duration: Duration) {
        self.took = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    }

    pub(super) const fn duration(&self) -> Duration {
        Duration::from_nanos(self.took)
    }

    /// The data of the events that were folded, in bytes, up to some gigabytes.
    pub(in crate::runtime) const fn folded(&self) -> u32 {
        self.folded
    }

    /// What it takes in memory besides itself, in bytes, roughly.
    pub(in crate::runtime) fn weight(&self) -> usize {
        let searched = self.searched.as_ref();
        self.sessions.weight() + searched.map_or(0, |it| it.weight())
    }
}

impl Searched {
    fn note(&mut self, recorded: &Recorded) {
        if let Some(recent) = &mut self.recent {
            recent.note(recorded);
        }
        if self.recent.as_ref().is_some_and(Recent::is_full) {
            self.recent = None;
        }
        if let (Some(ids), Some(id)) = (&mut self.ids, recorded.commit.command_id()) {
            ids.insert(id);
        }
        let is_full = |ids: &HashSet<CommandId>| ids.len() > Start::MOST_IDS;
        if self.ids.as_ref().is_some_and(is_full) {
            self.ids = None;
        }
    }

    fn weight(&self) -> usize {
        let ids = self.ids.as_ref().map_or(0, HashSet::capacity);
        let recent = self.recent.as_ref().map_or(0, Recent::weight);
        size_of::<Self>() + recent + ids * (size_of::<CommandId>() + 1)
    }
}

use std::{collections::HashSet, time::Duration};

use uuid::Uuid;

use super::policy::PolicyNumber;
use crate::{
    ActorSnapshot, CommandId, CommitId, CommitRef, Position, Recorded, Sessions, Timestamp,
    Version, runtime::search::Recent,
};

/// How an actor was loaded.
///
/// There is one for every actor in memory, in 56 bytes: what most have no use for is behind a
/// pointer, and other versions are told by how many events lie between them and the actor's.
#[derive(Debug)]
pub(in crate::runtime) struct Start {
    kept: Sort,
    /// When snapshots are due, once that was asked.
    pub(super) policy: Option<PolicyNumber>,
    /// Whether someone else has stored events that are not in the state.
    pub(in crate::runtime) is_stale: bool,
    /// The data of the events that were folded, in bytes.
    folded: u32,
    /// How long reading and folding took, until it was looked whether a snapshot is due, in
    /// microseconds.
    took: u32,
    /// How many events the last commit has that is in the state: none, if there is no such commit.
    events: u32,
    /// Which commit that is.
    last: CommitId,
    /// Where it is in the log.
    position: Position,
    /// How many events were folded since the snapshot that is kept, if there is a good one.
    unkept: u32,
    /// How many were folded since it was last looked whether a snapshot is due.
    unseen: u32,
    rare: Option<Box<Rare>>,
}

/// What most actors have no use for.
#[derive(Debug, Default)]
struct Rare {
    /// What is known of the sessions that had an effect on the actor.
    sessions: Sessions,
    /// Since when the actor is here: 0 if it always was.
    since: u64,
    searched: Option<Box<Searched>>,
    /// When the snapshot was taken that is of another build.
    foreign: Option<Box<Timestamp>>,
}

/// What is known of no session.
static NO_SESSIONS: Sessions = Sessions::none();

/// What is known of the commands that an actor has handled.
#[derive(Debug, Default)]
struct Searched {
    /// The commands behind some place in the log, if they were asked for of late.
    recent: Option<Recent>,
    /// The ids of all commands in the history, if they were wanted and are few.
    ids: Option<HashSet<CommandId>>,
}

/// What is known of the snapshot that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing is known.
    Unknown,
    /// There is none, or one that any other replaces.
    Nothing,
    /// There is a good one.
    At(Version),
    /// There is one of another build, taken then.
    Foreign(Timestamp),
    /// There is one that is of no use, and must make room.
    Useless,
}

/// The same without what is known besides, which takes another room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Unknown,
    Nothing,
    At,
    Foreign,
    Useless,
}

impl Start {
    /// How many command ids are remembered at most.
    pub(in crate::runtime) const MOST_IDS: usize = 256;

    pub(in crate::runtime) const fn new() -> Self {
        Self {
            kept: Sort::Unknown,
            policy: None,
            is_stale: false,
            folded: 0,
            took: 0,
            events: 0,
            last: CommitId::of(Uuid::nil()),
            position: Position::START,
            unkept: 0,
            unseen: 0,
            rare: None,
        }
    }

    /// One that remembers the ids of all commands.
    pub(super) fn searching() -> Self {
        let mut start = Self::new();
        start.know(Some(HashSet::new()));
        start
    }

    /// One that goes on from a snapshot.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(super) fn after(snapshot: ActorSnapshot) -> Self {
        let mut start = Self::new();
        start.go_on_from(snapshot);
        start
    }

    /// The last commit that is in the state is that of a snapshot.
    pub(super) fn go_on_from(&mut self, snapshot: ActorSnapshot) {
        let CommitRef {
            id,
            expected,
            position,
        } = snapshot.last_commit;
        (self.last, self.position) = (id, position);
        self.events = events(expected, snapshot.version);
        if !snapshot.sessions.is_empty() {
            self.rare.get_or_insert_default().sessions = snapshot.sessions;
        }
    }

    /// The last commit that is in the state, which has this version.
    pub(in crate::runtime) fn last_commit(&self, version: Version) -> Option<CommitRef> {
        (self.events > 0).then_some(CommitRef {
            id: self.last,
            expected: before(version, self.events),
            position: self.position,
        })
    }

    /// What is known of the sessions that had an effect on the actor.
    pub(in crate::runtime) fn sessions(&self) -> &Sessions {
        let rare = self.rare.as_ref();
        rare.map_or(&NO_SESSIONS, |it| &it.sessions)
    }

    fn searched(&self) -> Option<&Searched> {
        self.rare.as_ref()?.searched.as_deref()
    }

    fn searched_mut(&mut self) -> &mut Searched {
        let rare = self.rare.get_or_insert_default();
        rare.searched.get_or_insert_default()
    }

    /// Whether a commit of this command may be in the history.
    pub(in crate::runtime) fn may_have(&self, id: CommandId) -> bool {
        let ids = self.searched().and_then(|it| it.ids.as_ref());
        ids.is_none_or(|ids| ids.contains(&id))
    }

    /// These are the ids of all commands in the history, if they are few.
    pub(in crate::runtime) fn know(&mut self, ids: Option<HashSet<CommandId>>) {
        self.searched_mut().ids = ids;
    }

    /// These are the commands behind some place in the log.
    pub(in crate::runtime) fn know_recent(&mut self, recent: Recent) {
        self.searched_mut().recent = Some(recent);
    }

    pub(in crate::runtime) fn take_recent(&mut self) -> Option<Recent> {
        self.rare.as_mut()?.searched.as_mut()?.recent.take()
    }

    /// What is known of the snapshot that is kept of an actor that has come to this version.
    pub(super) fn kept(&self, version: Version) -> Kept {
        match self.kept {
            Sort::Unknown => Kept::Unknown,
            Sort::Nothing => Kept::Nothing,
            Sort::At => Kept::At(before(version, self.unkept)),
            Sort::Foreign => {
                let taken = self.rare.as_ref().and_then(|it| it.foreign.as_deref());
                taken.map_or(Kept::Unknown, |taken| Kept::Foreign(*taken))
            }
            Sort::Useless => Kept::Useless,
        }
    }

    pub(super) fn set_kept(&mut self, kept: Kept, version: Version) {
        self.kept = match kept {
            Kept::Unknown => Sort::Unknown,
            Kept::Nothing => Sort::Nothing,
            Kept::At(at) => {
                self.unkept = events(at, version);
                Sort::At
            }
            Kept::Foreign(taken) => {
                self.rare.get_or_insert_default().foreign = Some(Box::new(taken));
                Sort::Foreign
            }
            Kept::Useless => Sort::Useless,
        };
    }

    /// The version at which it was last looked whether a snapshot is due, of an actor that has come
    /// to this one.
    pub(super) fn seen(&self, version: Version) -> Version {
        before(version, self.unseen)
    }

    /// It was just looked whether a snapshot is due.
    pub(super) const fn see(&mut self) {
        self.unseen = 0;
    }

    /// Since when the actor is here: 0 if it always was.
    pub(in crate::runtime) fn since(&self) -> u64 {
        self.rare.as_ref().map_or(0, |it| it.since)
    }

    pub(in crate::runtime) fn set_since(&mut self, since: u64) {
        if since != self.since() {
            self.rare.get_or_insert_default().since = since;
        }
    }

    /// A commit was folded.
    pub(in crate::runtime) fn note(&mut self, recorded: &Recorded) {
        let commit = &recorded.commit;
        (self.last, self.position) = (commit.id(), recorded.position);
        self.events = events(commit.expected(), commit.version());
        self.unkept = self.unkept.saturating_add(self.events);
        self.unseen = self.unseen.saturating_add(self.events);
        let data = commit.events().iter();
        let folded = data.map(|event| event.data.as_bytes().len()).sum::<usize>();
        let folded = u32::try_from(folded).unwrap_or(u32::MAX);
        self.folded = self.folded.saturating_add(folded);
        if Sessions::are_told_by(commit) {
            self.rare.get_or_insert_default().sessions.note(recorded);
        }
        if let Some(searched) = self.rare.as_mut().and_then(|it| it.searched.as_mut()) {
            searched.note(recorded);
        }
    }

    /// Reading and folding took so long.
    pub(super) fn took(&mut self, duration: Duration) {
        let micros = duration.as_nanos().div_ceil(1_000);
        self.took = u32::try_from(micros).unwrap_or(u32::MAX);
    }

    pub(super) const fn duration(&self) -> Duration {
        Duration::from_micros(self.took as u64)
    }

    /// The data of the events that were folded, in bytes, up to some gigabytes.
    pub(in crate::runtime) const fn folded(&self) -> u32 {
        self.folded
    }

    /// What it takes in memory besides itself, in bytes, roughly.
    pub(in crate::runtime) fn weight(&self) -> usize {
        let rare = self.rare.as_ref();
        rare.map_or(0, |rare| {
            let searched = rare.searched.as_ref();
            size_of::<Rare>() + rare.sessions.weight() + searched.map_or(0, |it| it.weight())
        })
    }
}

/// The version so many events before another one.
fn before(version: Version, events: u32) -> Version {
    Version::new(version.as_u64().saturating_sub(u64::from(events)))
}

/// How many events lie between two versions.
fn events(from: Version, to: Version) -> u32 {
    let events = to.as_u64().saturating_sub(from.as_u64());
    u32::try_from(events).unwrap_or(u32::MAX)
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

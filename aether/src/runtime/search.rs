use std::collections::{HashMap, HashSet};

use super::snapshots::Start;
use crate::{
    ActorId, CommandId, DynEventStore, EventStore as _, Page, Position, Receipt, Recorded,
    StoreError, StoreErrorKind, Version,
};

/// Looks for the commit of a command in the whole history of an actor, up to a version. Also gives
/// the ids of all commands in it, if it is not there and they are few.
pub(super) async fn anywhere(
    store: &DynEventStore,
    actor_id: &ActorId,
    until: Version,
    id: CommandId,
) -> Result<(Option<Recorded>, Option<HashSet<CommandId>>), StoreError> {
    let (mut version, mut ids) = (Version::NONE, Some(HashSet::new()));
    while version < until {
        let page = store.read(actor_id, version).await?;
        let Some(last) = page.last_version() else {
            break;
        };
        version = last;
        for recorded in page.commits {
            let Some(command) = recorded.commit.command_id() else {
                continue;
            };
            if command == id {
                return Ok((Some(recorded), None));
            }
            if let Some(known) = ids.as_mut().filter(|ids| ids.len() < Start::MOST_IDS) {
                known.insert(command);
            } else {
                ids = None;
            }
        }
    }
    Ok((None, ids))
}

/// The commands in the history of an actor whose commits lie behind a place in the log.
#[derive(Debug)]
pub(super) struct Recent {
    since: Position,
    commits: HashMap<CommandId, Receipt>,
}

impl Recent {
    /// How many are remembered at most. If there are more, they are searched again.
    const MOST: usize = 1 << 16;

    /// Whether everything behind a place is known.
    pub(super) fn reaches(&self, since: Position) -> bool {
        self.since <= since
    }

    pub(super) fn commit(&self, id: CommandId) -> Option<Receipt> {
        self.commits.get(&id).copied()
    }

    /// Takes in a commit that was stored after all others.
    pub(super) fn note(&mut self, recorded: &Recorded) {
        if let Some(id) = recorded.commit.command_id() {
            self.commits.insert(id, receipt(recorded));
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.commits.len() > Self::MOST
    }

    /// What it takes in memory, in bytes, roughly.
    pub(super) fn weight(&self) -> usize {
        self.commits.capacity() * (size_of::<CommandId>() + size_of::<Receipt>() + 1)
    }
}

/// Reads the history of an actor, up to a version, back to a place in the log.
pub(super) async fn since(
    store: &DynEventStore,
    actor_id: &ActorId,
    until: Version,
    since: Position,
) -> Result<Recent, StoreError> {
    let commits = HashMap::new();
    let mut recent = Recent { since, commits };
    let mut before = until.next();
    while before > Version::FIRST {
        let page = page_back(store, actor_id, before, since).await?;
        for recorded in &page.commits {
            if recorded.position > since {
                recent.note(recorded);
            }
        }
        match page.first_version() {
            Some(first) if page.more => before = first,
            _ => break,
        }
    }
    Ok(recent)
}

/// Looks for the commit of a command in the history of an actor, from a version back to a place in
/// the log.
pub(super) async fn back_to(
    store: &DynEventStore,
    actor_id: &ActorId,
    until: Version,
    place: Position,
    id: CommandId,
) -> Result<Option<Recorded>, StoreError> {
    let mut before = until.next();
    while before > Version::FIRST {
        let page = page_back(store, actor_id, before, place).await?;
        let (first, more) = (page.first_version(), page.more);
        let mut commits = page.commits.into_iter();
        if let Some(found) = commits.find(|it| it.commit.command_id() == Some(id)) {
            return Ok(Some(found));
        }
        match first {
            Some(first) if more => before = first,
            _ => break,
        }
    }
    Ok(None)
}

/// What comes before a version that has been read, back to a place in the log.
async fn page_back(
    store: &DynEventStore,
    actor_id: &ActorId,
    before: Version,
    place: Position,
) -> Result<Page, StoreError> {
    let page = store.read_back_to(actor_id, before, place).await?;
    // What has been read before is there.
    if leads_to(page.commits.first(), before) {
        Ok(page)
    } else {
        Err(behind(actor_id))
    }
}

fn receipt(recorded: &Recorded) -> Receipt {
    Receipt {
        position: recorded.position,
        version: recorded.commit.version(),
    }
}

fn leads_to(newest: Option<&Recorded>, before: Version) -> bool {
    newest.is_some_and(|newest| newest.commit.version().next() >= before)
}

fn behind(actor_id: &ActorId) -> StoreError {
    let text = format!(
        "nothing was stored: the store does not give what it has given before of `{actor_id}`"
    );
    StoreError::new(StoreErrorKind::Unavailable, text)
}

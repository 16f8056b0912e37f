use std::collections::{HashMap, HashSet};

use super::snapshots::Start;
use crate::{
    ActorId, CommandId, DynEventStore, EventStore as _, Position, Receipt, Recorded, StoreError,
    StoreErrorKind, Version,
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
        let page = store.read_back(actor_id, before).await?;
        let newest = page.commits.first();
        // What has been read before is there.
        let Some(first) = page.first_version().filter(|_| leads_to(newest, before)) else {
            return Err(behind(actor_id));
        };
        for recorded in page.commits {
            if recorded.position <= since {
                return Ok(recent);
            }
            recent.note(&recorded);
        }
        before = first;
    }
    Ok(recent)
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

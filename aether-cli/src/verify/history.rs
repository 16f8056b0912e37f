use std::collections::{HashMap, HashSet};

use aether::{
    ActorId, CommandId, CommitRef, DynEventStore, Recorded, Sessions, SnapshotStore as _,
    StoreError, StoreErrorKind, Version,
};

/// The histories of all actors, as far as the log was read.
#[derive(Default)]
pub(super) struct Histories {
    actors: HashMap<ActorId, History>,
    /// Which command took effect on which actor.
    carried_out: HashSet<(usize, CommandId)>,
    snapshots: u64,
}

/// What the log has said of an actor.
struct History {
    /// Tells it from the others.
    number: usize,
    version: Version,
    snapshot: Option<Kept>,
}

/// What a snapshot says, besides the state.
struct Kept {
    version: Version,
    last_commit: CommitRef,
    sessions: Sessions,
}

impl Histories {
    pub(super) fn actors(&self) -> usize {
        self.actors.len()
    }

    pub(super) const fn snapshots(&self) -> u64 {
        self.snapshots
    }

    /// Takes the next commit of the log in, and gives what is wrong with it after those that came
    /// before it.
    pub(super) async fn take(
        &mut self,
        store: &DynEventStore,
        recorded: &Recorded,
    ) -> Result<Vec<String>, StoreError> {
        let (commit, mut wrong) = (&recorded.commit, Vec::new());
        let actor = commit.actor_id();
        if !self.actors.contains_key(actor) {
            let number = self.actors.len();
            let snapshot = self.snapshot(store, actor, &mut wrong).await?;
            let history = History {
                number,
                version: Version::NONE,
                snapshot,
            };
            self.actors.insert(actor.clone(), history);
        }
        let Some(history) = self.actors.get_mut(actor) else {
            return Ok(wrong);
        };
        let (wanted, found) = (history.version, commit.expected());
        history.version = commit.version();
        if wanted != found {
            wrong.push(format!(
                "`{actor}` was at version {wanted}, and goes on after {found}"
            ));
        }
        if let Some(command) = commit.command_id()
            && !self.carried_out.insert((history.number, command))
        {
            wrong.push(format!(
                "the command {command} took effect on `{actor}` twice"
            ));
        }
        if let Some(kept) = &history.snapshot {
            wrong.extend(kept.contradicts(recorded));
        }
        Ok(wrong)
    }

    async fn snapshot(
        &mut self,
        store: &DynEventStore,
        actor: &ActorId,
        wrong: &mut Vec<String>,
    ) -> Result<Option<Kept>, StoreError> {
        match store.snapshot(actor).await {
            Ok(Some(snapshot)) => {
                self.snapshots += 1;
                Ok(Some(Kept {
                    version: snapshot.version,
                    last_commit: snapshot.last_commit,
                    sessions: snapshot.sessions,
                }))
            }
            Ok(None) => Ok(None),
            Err(err) if err.kind() == StoreErrorKind::Corrupt => {
                wrong.push(err.to_string());
                Ok(None)
            }
            Err(err) => Err(err),
        }
    }

    /// What shows only when the whole log was read.
    pub(super) fn end(&self) -> Vec<String> {
        let ahead = self.actors.iter().filter_map(|(actor, history)| {
            let (kept, last) = (history.snapshot.as_ref()?.version, history.version);
            (kept > last).then(|| {
                format!(
                    "the snapshot of `{actor}` is of version {kept}, and the log ends at {last}"
                )
            })
        });
        let mut ahead: Vec<_> = ahead.collect();
        ahead.sort_unstable();
        ahead
    }
}

impl Kept {
    /// What a commit says otherwise.
    fn contradicts(&self, recorded: &Recorded) -> Option<String> {
        let (commit, version) = (&recorded.commit, recorded.commit.version());
        let actor = commit.actor_id();
        if version == self.version && commit.id() != self.last_commit.id {
            return Some(format!(
                "the snapshot of `{actor}` at version {version} was taken from another log"
            ));
        }
        let mark = commit.session().filter(|_| version <= self.version)?;
        // By what it says, the command would be carried out again without a search.
        self.sessions.is_new(mark).then(|| {
            format!("the snapshot of `{actor}` does not know that the command {mark} took effect")
        })
    }
}

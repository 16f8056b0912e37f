use std::time::Duration;

use tokio::time::Instant;

use super::{
    fold::{Fold, FoldError},
    snapshotter::Snapshotter,
};
use crate::{
    ActorSnapshot, CommandId, CommitRef, EventStore as _, Page, Recorded, SnapshotStore as _,
    StoreErrorKind, Timestamp, Version, domain::UnfitSnapshot,
};

/// What a load looks for besides the state.
#[derive(Debug, Clone, Copy)]
pub(in crate::runtime) enum Wanted {
    /// Nothing.
    State,
    /// A commit of this command, which nobody knew of before: it is not in what was there.
    Fresh(CommandId),
    /// A commit of this command, which may be anywhere in the history.
    Anywhere(CommandId),
}

/// An actor that is loaded.
#[derive(Debug)]
pub(in crate::runtime) enum Loaded {
    /// Its present state.
    Ready(Start),
    /// The commit that was looked for. The state is not folded to its end.
    Found(Recorded),
}

/// How an actor was loaded.
#[derive(Debug, Clone, Copy)]
pub(in crate::runtime) struct Start {
    pub(super) kept: Kept,
    pub(super) last_commit: Option<CommitRef>,
    pub(super) version: Version,
    pub(super) took: Duration,
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

impl Snapshotter {
    /// Folds an actor that has no events yet up to the present: from its snapshot, if there is a
    /// good one and nothing is wanted that may lie before it.
    ///
    /// Asks the store for the snapshot, if the aggregate is kept, and for the events after it.
    pub(in crate::runtime) async fn load(
        &self,
        actor: &mut dyn Fold,
        wanted: Wanted,
    ) -> Result<Loaded, FoldError> {
        let mut loading = Loading {
            snapshotter: self,
            actor,
            command: match wanted {
                Wanted::State => None,
                Wanted::Fresh(id) | Wanted::Anywhere(id) => Some(id),
            },
            last_commit: None,
        };
        let is_resumed = !matches!(wanted, Wanted::Anywhere(_)) && loading.actor.is_kept();
        let (kept, snapshot) = if is_resumed {
            loading.snapshot().await
        } else {
            (Kept::Unknown, None)
        };
        let start = Instant::now();
        let (kept, page) = loading.first_page(kept, snapshot).await?;
        if let Some(found) = loading.fold(page).await? {
            return Ok(Loaded::Found(found));
        }
        Ok(Loaded::Ready(Start {
            kept,
            last_commit: loading.last_commit,
            version: loading.actor.version(),
            took: start.elapsed(),
        }))
    }
}

struct Loading<'a> {
    snapshotter: &'a Snapshotter,
    actor: &'a mut dyn Fold,
    command: Option<CommandId>,
    last_commit: Option<CommitRef>,
}

impl Loading<'_> {
    /// The snapshot that the actor has gone on from, if it could.
    async fn snapshot(&mut self) -> (Kept, Option<ActorSnapshot>) {
        let counters = &self.snapshotter.counters;
        let actor_id = self.actor.actor_id();
        let snapshot = match self.snapshotter.store.snapshot(actor_id).await {
            Ok(None) => return (Kept::Nothing, None),
            Ok(Some(snapshot)) => snapshot,
            Err(err) if err.kind() == StoreErrorKind::Corrupt => {
                tracing::warn!(actor = %actor_id, error = %err, "snapshot left aside");
                counters.unreadable.add();
                return (Kept::Useless, None);
            }
            Err(err) => {
                tracing::warn!(actor = %actor_id, error = %err, "snapshot cannot be had");
                counters.unavailable.add();
                return (Kept::Unknown, None);
            }
        };
        if snapshot.actor_id != *actor_id {
            let other = &snapshot.actor_id;
            tracing::warn!(actor = %actor_id, %other, "snapshot of another actor left aside");
            counters.unreadable.add();
            return (Kept::Useless, None);
        }
        match self.actor.resume(&snapshot) {
            Ok(()) => (Kept::At(snapshot.version), Some(snapshot)),
            Err(err) => (self.unfit(&snapshot, &err), None),
        }
    }

    fn unfit(&self, snapshot: &ActorSnapshot, err: &UnfitSnapshot) -> Kept {
        let (actor, counters) = (&snapshot.actor_id, &self.snapshotter.counters);
        tracing::warn!(%actor, error = %err, "snapshot left aside");
        if matches!(err, UnfitSnapshot::OtherSchema { .. }) {
            counters.other_schema.add();
            return Kept::Foreign(snapshot.timestamp);
        }
        counters.unreadable.add();
        Kept::Useless
    }

    /// What follows the snapshot, if the log has what leads to it; else the whole history.
    ///
    /// The page begins with the last commit that the snapshot contains. So the question that has
    /// to be asked anyway also tells whether that is in the log.
    async fn first_page(
        &mut self,
        kept: Kept,
        snapshot: Option<ActorSnapshot>,
    ) -> Result<(Kept, Page), FoldError> {
        let store = &self.snapshotter.store;
        let Some(snapshot) = snapshot else {
            let page = store.read(self.actor.actor_id(), Version::NONE).await?;
            return Ok((kept, page));
        };
        let after = snapshot.last_commit.expected;
        let page = store.read(self.actor.actor_id(), after).await?;
        if page
            .commits
            .first()
            .is_some_and(|it| snapshot.ends_with(it))
        {
            self.snapshotter.counters.used.add();
            self.last_commit = Some(snapshot.last_commit);
            return Ok((kept, page));
        }
        let (actor, version) = (&snapshot.actor_id, snapshot.version);
        tracing::warn!(%actor, %version, "snapshot left aside: the log does not have its last commit");
        self.snapshotter.counters.not_in_log.add();
        self.actor.reset();
        let page = store.read(self.actor.actor_id(), Version::NONE).await?;
        Ok((Kept::Useless, page))
    }

    /// Folds a page and all that come after it, up to the commit that is looked for.
    async fn fold(&mut self, mut page: Page) -> Result<Option<Recorded>, FoldError> {
        loop {
            let more = page.more;
            for recorded in page.commits {
                if self.command.is_some() && recorded.commit.command_id() == self.command {
                    return Ok(Some(recorded));
                }
                self.actor.apply(&recorded)?;
                self.last_commit = Some(CommitRef::of(&recorded));
            }
            if !more {
                return Ok(None);
            }
            let store = &self.snapshotter.store;
            page = store
                .read(self.actor.actor_id(), self.actor.version())
                .await?;
        }
    }
}

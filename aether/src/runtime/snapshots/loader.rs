use tokio::time::Instant;

use super::{
    fold::{Fold, FoldError},
    snapshotter::Snapshotter,
    start::{Kept, Start},
};
use crate::{
    ActorId, ActorSnapshot, CommandId, CommitRef, EventStore as _, Page, Recorded,
    SnapshotStore as _, StoreErrorKind, Version, domain::UnfitSnapshot,
};

/// What a load looks for besides the state.
#[derive(Debug, Clone, Copy)]
pub(in crate::runtime) enum Wanted {
    /// Nothing.
    State,
    /// A commit of this command, if it is among what is read for the state.
    Near(CommandId),
    /// A commit of this command, which may be anywhere in the history.
    Anywhere(CommandId),
}

/// An actor that is loaded.
#[derive(Debug)]
pub(in crate::runtime) enum Loaded {
    /// Its present state, and the commit that was looked for near its end, if it is there.
    Ready(Start, Option<Recorded>),
    /// The commit that was looked for. The state is not folded to its end.
    Found(Recorded),
}

/// What became of a state that others have gone past.
#[derive(Debug)]
pub(in crate::runtime) enum Refreshed {
    /// It is the present one.
    Present,
    /// The commit that was looked for is among what was stored since.
    Found(Recorded),
    /// The log does not have the last commit in it: it has to be folded anew.
    Lost,
}

impl Snapshotter {
    /// Folds an actor that has no events yet up to the present: from its snapshot, if there is a
    /// good one and nothing is wanted that may lie before it.
    ///
    /// Asks the store for the snapshot, if the aggregate is kept, and for the events after it.
    pub(in crate::runtime) async fn load(
        &self,
        actor_id: &ActorId,
        actor: &mut dyn Fold,
        wanted: Wanted,
    ) -> Result<Loaded, FoldError> {
        let is_whole = matches!(wanted, Wanted::Anywhere(_));
        let start = if is_whole {
            Start::searching()
        } else {
            Start::new()
        };
        let mut loading = Loading {
            snapshotter: self,
            actor_id,
            actor,
            wanted,
            near: None,
            start,
        };
        let is_resumed = !is_whole && loading.actor.is_kept();
        let (kept, snapshot) = if is_resumed {
            loading.snapshot().await
        } else {
            (Kept::Unknown, None)
        };
        let began = Instant::now();
        let (kept, page) = loading.first_page(kept, snapshot).await?;
        loading.load(kept, page, began).await
    }

    /// Folds an actor that has no events yet up to the present: from a snapshot that did not come from
    /// the store, if that is a good one, and otherwise as [`load`](Self::load) does.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(in crate::runtime) async fn load_from(
        &self,
        actor_id: &ActorId,
        actor: &mut dyn Fold,
        snapshot: ActorSnapshot,
    ) -> Result<Loaded, FoldError> {
        let is_its = snapshot.actor_id == *actor_id;
        let is_good = is_its && actor.resume(&snapshot).is_ok();
        if !is_good || !self.store.admit_snapshot(&snapshot) {
            actor.reset();
            return self.load(actor_id, actor, Wanted::State).await;
        }
        let began = Instant::now();
        let after = snapshot.last_commit.expected;
        let page = self.store.read(actor_id, after).await?;
        let first = page.commits.first();
        if !first.is_some_and(|it| snapshot.ends_with(it)) {
            // A replica may be behind, or it was taken from another log.
            actor.reset();
            return self.load(actor_id, actor, Wanted::State).await;
        }
        self.counters.used.add();
        let loading = Loading {
            snapshotter: self,
            actor_id,
            actor,
            wanted: Wanted::State,
            near: None,
            start: Start::after(snapshot),
        };
        loading.load(Kept::Unknown, page, began).await
    }

    /// Folds what was stored since into a state that was the present one, looking for a commit.
    ///
    /// The page begins with the last commit in it. So the question that has to be asked anyway
    /// also tells whether that is in the log.
    pub(in crate::runtime) async fn refresh(
        &self,
        actor_id: &ActorId,
        actor: &mut dyn Fold,
        start: &mut Start,
        command: CommandId,
    ) -> Result<Refreshed, FoldError> {
        let last = start.last_commit(actor.version());
        let after = last.map_or(Version::NONE, |last| last.expected);
        let began = Instant::now();
        let page = self.store.read(actor_id, after).await?;
        let first = page.commits.first();
        let is_last = |first: &Recorded, last: CommitRef| {
            first.commit.id() == last.id && first.commit.version() <= actor.version()
        };
        if last.is_some_and(|last| !first.is_some_and(|first| is_last(first, last))) {
            return Ok(Refreshed::Lost);
        }
        let mut loading = Loading {
            snapshotter: self,
            actor_id,
            actor,
            wanted: Wanted::Anywhere(command),
            near: None,
            start: std::mem::replace(start, Start::new()),
        };
        let found = loading.fold(page).await?;
        *start = loading.start;
        start.took(began.elapsed());
        Ok(found.map_or(Refreshed::Present, Refreshed::Found))
    }
}

struct Loading<'a> {
    snapshotter: &'a Snapshotter,
    actor_id: &'a ActorId,
    actor: &'a mut dyn Fold,
    wanted: Wanted,
    /// What was looked for near the end.
    near: Option<Recorded>,
    start: Start,
}

impl Loading<'_> {
    /// The snapshot that the actor has gone on from, if it could.
    async fn snapshot(&mut self) -> (Kept, Option<ActorSnapshot>) {
        let counters = &self.snapshotter.counters;
        let actor_id = self.actor_id;
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
            let page = store.read(self.actor_id, Version::NONE).await?;
            return Ok((kept, page));
        };
        let after = snapshot.last_commit.expected;
        let page = store.read(self.actor_id, after).await?;
        if page
            .commits
            .first()
            .is_some_and(|it| snapshot.ends_with(it))
        {
            self.snapshotter.counters.used.add();
            self.start.go_on_from(snapshot);
            return Ok((kept, page));
        }
        let (actor, version) = (&snapshot.actor_id, snapshot.version);
        tracing::warn!(%actor, %version, "snapshot left aside: the log does not have its last commit");
        self.snapshotter.counters.not_in_log.add();
        self.actor.reset();
        let page = store.read(self.actor_id, Version::NONE).await?;
        Ok((Kept::Useless, page))
    }

    /// Folds the first page, for which was asked then, and all that come after it.
    async fn load(mut self, kept: Kept, page: Page, began: Instant) -> Result<Loaded, FoldError> {
        let (asked, messages) = (began.elapsed(), page.commits.len());
        if let Some(found) = self.fold(page).await? {
            return Ok(Loaded::Found(found));
        }
        let (actor, took) = (self.actor_id, began.elapsed());
        tracing::debug!(%actor, messages, ?asked, ?took, "an actor was loaded");
        let mut start = self.start;
        start.set_kept(kept, self.actor.version());
        start.see();
        start.took(began.elapsed());
        Ok(Loaded::Ready(start, self.near))
    }

    /// Folds a page and all that come after it, up to the commit that is looked for.
    async fn fold(&mut self, mut page: Page) -> Result<Option<Recorded>, FoldError> {
        loop {
            let more = page.more;
            for recorded in page.commits {
                let id = recorded.commit.command_id();
                if matches!(self.wanted, Wanted::Anywhere(wanted) if id == Some(wanted)) {
                    return Ok(Some(recorded));
                }
                self.actor.apply(&recorded)?;
                self.start.note(&recorded);
                if matches!(self.wanted, Wanted::Near(wanted) if id == Some(wanted)) {
                    self.near = Some(recorded);
                }
            }
            if !more {
                return Ok(None);
            }
            let store = &self.snapshotter.store;
            page = store.read(self.actor_id, self.actor.version()).await?;
        }
    }
}

use std::sync::Arc;

use tokio::time::Instant;

use super::{Bookmark, ProjectionStore, Side, Step, changes::Changes, following::retry};
use crate::{
    DynEventStore, EventStore as _, Position,
    runtime::projections::{
        Control, RebuildProgress,
        fold::Stuck,
        following::{Log, Stop},
        rebuilder,
    },
};

/// Builds anew what lies elsewhere, beside what is read there.
pub(super) struct Beside<S> {
    pub(super) to: Arc<S>,
    pub(super) store: DynEventStore,
    pub(super) control: Arc<Control>,
    pub(super) schema: u64,
}

/// A rebuild that is under way.
struct Building {
    at: Bookmark,
    /// Where the log ended when it was begun, or gone on with.
    head: Position,
    log: Log,
    began: Instant,
    events: u64,
}

impl<S: ProjectionStore> rebuilder::Beside for Beside<S> {
    async fn build(&mut self, generation: u64) -> Result<(), Stop> {
        if self.is_done(generation).await? {
            self.control.current.send_replace(Some(generation));
            return Ok(());
        }
        let mut building = self.open(generation).await?;
        loop {
            if building.at.position >= building.head && self.replace(building.at).await? {
                self.control.current.send_replace(Some(generation));
                return Ok(());
            }
            self.read_on(&mut building).await?;
        }
    }
}

impl<S: ProjectionStore> Beside<S> {
    /// Whether another process has done it.
    async fn is_done(&self, generation: u64) -> Result<bool, Stop> {
        let live = self.to.bookmark(Side::Live).await.map_err(retry)?;
        let is_it = |it: Bookmark| it.schema == self.schema && it.generation >= generation;
        Ok(live.is_some_and(is_it))
    }

    /// Goes on where this or another process had come to.
    async fn open(&self, generation: u64) -> Result<Building, Stop> {
        let head = self.store.head().await.map_err(|err| Stop::of(&err))?;
        let start = Bookmark {
            schema: self.schema,
            generation,
            position: Position::START,
        };
        let kept = self.to.bookmark(Side::Beside).await.map_err(retry)?;
        let is_ours = |kept: &Bookmark| kept.at(Position::START) == start;
        let ours = kept.filter(is_ours);
        if ours.is_none() {
            self.to.begin(Side::Beside, start).await.map_err(retry)?;
        }
        let at = ours.unwrap_or(start);
        Ok(Building {
            at,
            head,
            log: Log::after(&self.store, at.position),
            began: Instant::now(),
            events: 0,
        })
    }

    async fn read_on(&self, building: &mut Building) -> Result<(), Stop> {
        let (commits, end) = building.log.next().await;
        let from = building.at;
        let changes = Changes::<S::Projection>::of(&commits, from.position, building.head);
        let (to, stuck) = (from.at(changes.position), changes.stuck);
        if to != from {
            let step = Step { from, to };
            let saved = self.to.save(Side::Beside, changes.made, step).await;
            if !saved.map_err(retry)? {
                return Err(Stop::Open);
            }
            building.at = to;
        }
        let events = commits.iter().map(|it| it.commit.events().len() as u64);
        building.events += events.sum::<u64>();
        self.control.tell(RebuildProgress {
            position: to.position,
            head: building.head.max(to.position),
            events: building.events,
            elapsed: building.began.elapsed(),
        });
        match stuck {
            None => end.map_or(Ok(()), Err),
            Some(Stuck::Forgotten) => {
                let start = to.at(Position::START);
                self.to.begin(Side::Beside, start).await.map_err(retry)?;
                Err(Stop::Open)
            }
            Some(Stuck::Broken(reason)) => Err(Stop::Halt(reason)),
        }
    }

    /// Puts it in the place of what is read, if it is no less far; says whether it is there.
    async fn replace(&self, built: Bookmark) -> Result<bool, Stop> {
        let live = self.to.bookmark(Side::Live).await.map_err(retry)?;
        let Some(live) = live else {
            return Err(Stop::Retry("what is read was never begun".to_owned()));
        };
        if live.schema == built.schema && live.generation >= built.generation {
            return Ok(true);
        }
        if live.position > built.position && live.schema == built.schema {
            return Ok(false);
        }
        let step = Step {
            from: live,
            to: built,
        };
        if self.to.swap(step).await.map_err(retry)? {
            return Ok(true);
        }
        // One of the two has moved, or another process has done it: look again.
        Err(Stop::Open)
    }
}

use std::sync::Arc;

use tokio::time::Instant;

use super::{Bookmark, ProjectionStore, Side, Step, changes::Changes};
use crate::{
    Checkpoint, CheckpointStore as _, Clock, DynEventStore, EventStore as _, Payload, Position,
    ReaderState, Recorded, StoreError,
    runtime::{
        follower::chain,
        projections::{
            Control, Saving,
            control::Phase,
            fold::Stuck,
            following::{Stop, Target},
            ledger::{Ledger, Place, key},
        },
    },
};

/// Follows the log and has what it changes written elsewhere.
pub(super) struct Elsewhere<S> {
    pub(super) to: Arc<S>,
    pub(super) store: DynEventStore,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) control: Arc<Control>,
    pub(super) schema: u64,
    pub(super) saving: Saving,
    /// What is known to be there.
    pub(super) at: Option<Bookmark>,
    /// Where the log ended when it was begun, or opened.
    pub(super) begun: Position,
    /// What is noted of it beside the log.
    pub(super) noted: Option<Bookmark>,
    pub(super) since: Option<Instant>,
}

impl<S: ProjectionStore> Elsewhere<S> {
    /// The bookmark of what can be followed.
    async fn find(&mut self) -> Result<Bookmark, Stop> {
        let name = self.control.name;
        let page = Ledger::read(&self.store).await;
        let page = page.map_err(|err| Stop::of(&err))?.page(name);
        self.control.hear(page.order());
        let kept = self.to.bookmark(Side::Live).await.map_err(retry)?;
        let is_first = self.control.current.borrow().is_none();
        match kept {
            Some(kept) if kept.schema == self.schema => Ok(kept),
            Some(_) if !is_first => Err(Stop::Halt(
                "what is kept was built anew by another build".to_owned(),
            )),
            Some(other) => {
                self.replace(other).await?;
                Err(Stop::Open)
            }
            None => {
                let position = Position::START;
                let new = self.bookmark(page.next(), position);
                self.begin(new).await
            }
        }
    }

    const fn bookmark(&self, generation: u64, position: Position) -> Bookmark {
        Bookmark {
            schema: self.schema,
            generation,
            position,
        }
    }

    async fn begin(&mut self, bookmark: Bookmark) -> Result<Bookmark, Stop> {
        let head = self.store.head().await.map_err(|err| Stop::of(&err))?;
        self.to.begin(Side::Live, bookmark).await.map_err(retry)?;
        self.begun = head;
        Ok(bookmark)
    }

    /// Has what another build has made built anew, by all processes of this build together, and
    /// waits until that is done. Other builds are not told, for they cannot do it.
    async fn replace(&self, other: Bookmark) -> Result<(), Stop> {
        let control = &self.control;
        let of = (self.schema, self.clock.now());
        let number = Ledger::succeed(&self.store, control.name, of, other.generation).await;
        let number = number.map_err(|err| Stop::of(&err))?;
        control.current.send_replace(Some(other.generation));
        control.want(number);
        let mut report = control.report.subscribe();
        let is_over = |report: &super::super::control::Report| {
            report.target >= number && report.phase != Phase::Running
        };
        let phase = match report.wait_for(is_over).await {
            Ok(report) => report.phase.clone(),
            Err(_ended) => Phase::Stopped,
        };
        match phase {
            Phase::Done => Ok(()),
            Phase::Failed(reason) => Err(Stop::Halt(reason)),
            Phase::Idle | Phase::Running | Phase::Cancelled | Phase::Stopped => Err(Stop::Halt(
                "what is kept is of another build, and was not built anew".to_owned(),
            )),
        }
    }

    /// Notes beside the log how far it is, for whoever lists projections.
    async fn note(&self, at: Bookmark) -> Result<(), StoreError> {
        let name = self.control.name;
        let (schema, generation) = (at.schema, at.generation);
        if self.noted.map(|noted| noted.generation) != Some(generation) {
            let since = self.clock.now();
            let place = Place {
                schema,
                generation,
                since,
            };
            Ledger::enter(&self.store, name, place).await?;
        }
        let data = Payload::from_checked(bytes::Bytes::from_static(b"null"));
        let checkpoint = Checkpoint {
            position: at.position,
            state: Some(ReaderState {
                schema_hash: schema,
                data,
            }),
        };
        let key = key(name, schema, generation);
        self.store.save_checkpoint(&key, checkpoint).await
    }
}

impl<S: ProjectionStore> Target for Elsewhere<S> {
    async fn open(&mut self) -> Result<Position, Stop> {
        let at = self.find().await?;
        self.at = Some(at);
        self.begun = self.begun.max(at.position);
        self.since.get_or_insert_with(Instant::now);
        self.control.current.send_if_modified(|current| {
            let is_new = *current != Some(at.generation);
            *current = Some(at.generation);
            is_new
        });
        Ok(at.position)
    }

    async fn take(&mut self, commits: Vec<Recorded>) -> Result<Position, Stop> {
        let Some(from) = self.at else {
            return Err(Stop::Open);
        };
        let changes = Changes::<S::Projection>::of(&commits, from.position, self.begun);
        let (to, stuck) = (from.at(changes.position), changes.stuck);
        if to != from {
            let step = Step { from, to };
            let saved = self.to.save(Side::Live, changes.made, step).await;
            if !saved.map_err(retry)? {
                return Err(Stop::Open);
            }
            self.at = Some(to);
            self.since.get_or_insert_with(Instant::now);
        }
        match stuck {
            None => Ok(to.position),
            Some(Stuck::Forgotten) => {
                self.begun = Position::START;
                let anew = to.at(Position::START);
                self.begin(anew).await?;
                Err(Stop::Open)
            }
            Some(Stuck::Broken(reason)) => Err(Stop::Halt(reason)),
        }
    }

    fn due(&self) -> Option<Instant> {
        Some(self.since? + self.saving.after)
    }

    async fn keep(&mut self) {
        self.since = None;
        let Some(at) = self.at.filter(|at| self.noted != Some(*at)) else {
            return;
        };
        match self.note(at).await {
            Ok(()) => self.noted = Some(at),
            Err(err) => {
                let name = self.control.name;
                tracing::debug!(projection = name, error = %err, "position is not noted");
            }
        }
    }
}

/// Whatever does not go elsewhere is tried again.
pub(super) fn retry(err: impl std::error::Error + 'static) -> Stop {
    Stop::Retry(chain(&err))
}

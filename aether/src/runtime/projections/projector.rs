use std::sync::Arc;

use tokio::time::Instant;

use super::{
    fold::{Fold, Stuck},
    following::{Stop, Target},
    keeper::Keeper,
    live::Live,
};
use crate::{
    DynEventStore, EventStore as _, Position, Recorded,
    domain::{Handlers, Projection},
};

/// Folds the log into a state in memory, which is kept beside the log if the projection says so.
pub(super) struct Projector<P> {
    pub(super) live: Arc<Live<P>>,
    pub(super) store: DynEventStore,
    pub(super) keeper: Option<Keeper<P>>,
    /// Whether the state must not be used any more.
    pub(super) is_spent: bool,
}

impl<P: Projection + Handlers> Projector<P> {
    /// What there is to begin with.
    async fn load(&mut self) -> Result<Fold<P>, Stop> {
        let current = *self.live.control.current.borrow();
        match (&mut self.keeper, current) {
            (Some(keeper), None) => keeper.load().await,
            (Some(keeper), Some(generation)) => keeper.begin(generation).await,
            (None, current) => {
                let head = self.store.head().await.map_err(|err| Stop::of(&err))?;
                Ok(Fold::beginning(current.unwrap_or_default(), head))
            }
        }
    }
}

impl<P: Projection + Handlers> Target for Projector<P> {
    async fn open(&mut self) -> Result<Position, Stop> {
        if self.is_spent {
            let fold = self.load().await?;
            let mut live = self.live.fold.write().await;
            // Unless a rebuild was faster.
            if fold.generation >= live.generation {
                *live = fold;
            }
            let generation = live.generation;
            drop(live);
            self.is_spent = false;
            self.live.control.current.send_if_modified(|current| {
                let is_new = *current != Some(generation);
                *current = Some(generation);
                is_new
            });
        }
        let live = self.live.fold.read().await;
        if let Some(keeper) = &mut self.keeper {
            keeper.see(&live);
        }
        Ok(live.position)
    }

    async fn take(&mut self, commits: Vec<Recorded>) -> Result<Position, Stop> {
        let mut live = self.live.fold.write().await;
        let applied = live.apply_all(&commits);
        let position = live.position;
        if let Some(keeper) = &mut self.keeper {
            keeper.see(&live);
        }
        drop(live);
        match applied {
            Ok(()) => Ok(position),
            Err(Stuck::Forgotten) => {
                self.is_spent = true;
                Err(Stop::Open)
            }
            Err(Stuck::Broken(reason)) => {
                self.live.tell(position);
                Err(Stop::Halt(reason))
            }
        }
    }

    fn due(&self) -> Option<Instant> {
        self.keeper.as_ref()?.due()
    }

    async fn keep(&mut self) {
        if let Some(keeper) = self.keeper.as_mut().filter(|_| !self.is_spent) {
            let fold = Arc::clone(&self.live.fold).read_owned().await;
            keeper.keep(fold).await;
        }
    }
}

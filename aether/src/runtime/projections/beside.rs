use std::sync::Arc;

use tokio::{task::yield_now, time::Instant};

use super::{
    RebuildProgress,
    fold::{Fold, Stuck},
    following::{Log, Stop},
    keeper::{Keeper, NOTED_EVERY},
    live::Live,
    rebuilder,
};
use crate::{
    DynEventStore, EventStore as _, Position,
    domain::{Handlers, Projection},
};

/// Builds the state of a projection in memory.
pub(super) struct Beside<P> {
    pub(super) live: Arc<Live<P>>,
    pub(super) store: DynEventStore,
    pub(super) keeper: Option<Keeper<P>>,
}

impl<P: Projection + Handlers> rebuilder::Beside for Beside<P> {
    async fn build(&mut self, generation: u64) -> Result<(), Stop> {
        let head = self.store.head().await.map_err(|err| Stop::of(&err))?;
        let mut fold = match &mut self.keeper {
            Some(keeper) => keeper.begin(generation).await?,
            None => Fold::beginning(generation, head),
        };
        let mut log = Log::after(&self.store, Position::START);
        self.read_up_to(head, &mut fold, &mut log).await?;
        if let Some(keeper) = &self.keeper {
            fold = keeper.keep_beside(fold).await?;
        }
        self.replace(fold, log).await
    }
}

impl<P: Projection + Handlers> Beside<P> {
    async fn read_up_to(
        &self,
        head: Position,
        fold: &mut Fold<P>,
        log: &mut Log,
    ) -> Result<(), Stop> {
        let began = Instant::now();
        let mut noted = began;
        while fold.position < head {
            read_on(fold, log).await?;
            let elapsed = began.elapsed();
            self.live.control.tell(RebuildProgress {
                position: fold.position,
                head: head.max(fold.position),
                events: fold.events,
                elapsed,
            });
            if let Some(keeper) = self
                .keeper
                .as_ref()
                .filter(|_| noted.elapsed() >= NOTED_EVERY)
            {
                keeper.note(fold.position, fold.generation).await;
                noted = Instant::now();
            }
            // It may be that nothing has to be waited for.
            yield_now().await;
        }
        Ok(())
    }

    /// Puts it in the place of what is read, as soon as it is no less far.
    async fn replace(&self, mut fold: Fold<P>, mut log: Log) -> Result<(), Stop> {
        loop {
            let mut live = self.live.fold.write().await;
            if fold.position >= live.position {
                std::mem::swap(&mut *live, &mut fold);
                let (generation, position) = (live.generation, live.position);
                self.live.control.current.send_replace(Some(generation));
                drop(live);
                self.live.tell(position);
                return Ok(());
            }
            drop(live);
            read_on(&mut fold, &mut log).await?;
        }
    }
}

async fn read_on<P: Projection + Handlers>(fold: &mut Fold<P>, log: &mut Log) -> Result<(), Stop> {
    let (commits, end) = log.next().await;
    match fold.apply_all(&commits) {
        Ok(()) => end.map_or(Ok(()), Err),
        Err(Stuck::Forgotten) => Err(Stop::Open),
        Err(Stuck::Broken(reason)) => Err(Stop::Halt(reason)),
    }
}

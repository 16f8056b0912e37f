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

#[cfg(all(test, feature = "macros"))]
mod tests {
    use super::*;
    use crate::{
        Event, EventStoreExt as _, InMemoryEventStore,
        prelude::*,
        runtime::projections::{Control, Keeping},
    };

    /// Something was booked.
    #[derive(Event, Debug, Clone, Serialize, Deserialize)]
    struct Booked {
        cents: u64,
    }

    #[derive(Projection, Debug, Default)]
    struct Bookings(u64);

    #[handlers]
    impl Bookings {
        #[apply]
        fn booked(&mut self, event: &Booked) {
            self.0 += event.cents;
        }
    }

    #[tokio::test]
    async fn what_has_fallen_behind_reads_on_before_it_takes_the_place() {
        let store = InMemoryEventStore::new();
        for version in 1..=3 {
            let booked = Event::new("Account.a", version, "Booked", &Booked { cents: 1 }).unwrap();
            store.save(booked).await.unwrap();
        }
        let store = DynEventStore::new(store);
        let control = Arc::new(Control::new("Bookings", Keeping::Nothing));
        let live = Arc::new(Live::new(control));
        *live.fold.write().await = Fold::kept(Bookings(999), Position::new(3), 0);
        let beside = Beside {
            live: Arc::clone(&live),
            store: store.clone(),
            keeper: None,
        };
        let (fold, log) = (
            Fold::beginning(1, Position::new(1)),
            Log::after(&store, Position::START),
        );
        assert!(beside.replace(fold, log).await.is_ok());
        let fold = live.fold.read().await;
        assert_eq!((fold.position, fold.state.0), (Position::new(3), 3));
    }

    #[tokio::test]
    async fn who_is_forgotten_while_it_reads_is_in_nothing_that_it_made() {
        let store = InMemoryEventStore::new();
        let fact = serde_json::json!({ "subject": "7" });
        let fact = Event::new("$forgotten.7", 1, "SubjectForgotten", &fact).unwrap();
        store.save(fact).await.unwrap();
        let mut log = Log::after(&DynEventStore::new(store), Position::START);
        let mut fold = Fold::<Bookings>::beginning(1, Position::START);
        let read = read_on(&mut fold, &mut log).await;
        assert!(matches!(read, Err(Stop::Open)), "it begins anew");
        assert_eq!(fold.position, Position::START);
    }
}

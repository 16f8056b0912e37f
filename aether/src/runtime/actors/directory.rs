use std::{
    fmt,
    hash::RandomState,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use quick_cache::{OptionsBuilder, sync::Cache};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::{
    cell::{Cell, Waiting},
    live::{Live, Weights},
    options::{ActorOptions, ActorsStatus},
    passivation::{Passivation, Slot, Weigher},
    turn::Turn,
};
use crate::{
    ActorId, InvalidId,
    runtime::{meters::Meters, snapshots::Snapshotter},
};

/// What a full mailbox means to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::runtime) enum Full {
    /// It waits in line.
    Wait,
    /// It is not taken.
    Refuse,
}

/// The cells of all actors that are in memory.
pub(in crate::runtime) struct Actors {
    cache: Cache<ActorId, Slot, Weigher, RandomState, Passivation>,
    passivation: Passivation,
    options: ActorOptions,
    weights: Weights,
    begun: Instant,
}

impl Actors {
    pub(in crate::runtime) fn new(
        options: ActorOptions,
        weights: Weights,
        snapshotter: Arc<Snapshotter>,
        meters: Arc<Meters>,
    ) -> Self {
        let passivation = Passivation {
            snapshotter,
            meters,
        };
        Self {
            cache: cache(&options, passivation.clone()),
            passivation,
            options,
            weights,
            begun: Instant::now(),
        }
    }

    /// Waits until it is the caller's turn to decide for an actor; or says how many wait, if that
    /// is too many for the caller, who has come at this moment.
    ///
    /// Dropping the future gives up the place in line.
    pub(in crate::runtime) async fn enter(
        self: &Arc<Self>,
        cell: Arc<Cell>,
        full: Full,
        came: Instant,
    ) -> Result<Turn, usize> {
        match self.enter_at_once(cell, came) {
            Ok(turn) => Ok(turn),
            Err(cell) => {
                self.wait(&cell, full).await?;
                Ok(Turn::new(Arc::clone(self), cell, came))
            }
        }
    }

    /// The same, if it is nobody else's turn; otherwise gives the cell back.
    pub(in crate::runtime) fn enter_at_once(
        self: &Arc<Self>,
        cell: Arc<Cell>,
        came: Instant,
    ) -> Result<Turn, Arc<Cell>> {
        if !cell.take_turn() {
            return Err(cell);
        }
        Ok(Turn::new(Arc::clone(self), cell, came))
    }

    async fn wait(&self, cell: &Cell, full: Full) -> Result<(), usize> {
        let most = match full {
            Full::Wait => usize::MAX,
            Full::Refuse => self.options.mailbox,
        };
        let _place = Waiting::join(cell, most)?;
        let begun = Instant::now();
        // Nobody closes it.
        if let Ok(turn) = cell.turns.acquire().await {
            turn.forget();
        }
        self.meters().mailbox_wait.record(begun.elapsed());
        Ok(())
    }

    /// The place of the actor that an aggregate keeps under a key.
    pub(in crate::runtime) fn cell(
        &self,
        actor_type: &str,
        key: &str,
    ) -> Result<Arc<Cell>, InvalidId> {
        ActorId::spelled(actor_type, key, |text| match self.cache.get(text) {
            Some(slot) => Ok(slot.cell),
            None => Ok(self.new_cell(&ActorId::new(text)?)),
        })?
    }

    /// The place of an actor.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(in crate::runtime) fn cell_of(&self, actor_id: &ActorId) -> Arc<Cell> {
        match self.cache.get(actor_id) {
            Some(slot) => slot.cell,
            None => self.new_cell(actor_id),
        }
    }

    /// The place of an actor, if it has one, and nobody's turn it is: see [`Actors::enter_at_once`].
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(in crate::runtime) fn at_rest(self: &Arc<Self>, actor_id: &ActorId) -> Option<Turn> {
        let slot = self.cache.get(actor_id)?;
        self.enter_at_once(slot.cell, Instant::now()).ok()
    }

    fn new_cell(&self, actor_id: &ActorId) -> Arc<Cell> {
        let weight = self.options.least_weight();
        // This hand on the cell keeps it from being driven out at once.
        let cell = Arc::new(Cell::new(actor_id.clone(), weight));
        let slot = || {
            let cell = Arc::clone(&cell);
            Ok::<_, std::convert::Infallible>(Slot { cell, weight })
        };
        let Ok(slot) = self.cache.get_or_insert_with(actor_id, slot);
        slot.cell
    }

    /// Keeps the state of an actor whose turn is over, unless it is too large.
    pub(super) fn keep(&self, cell: &Arc<Cell>, mut live: Box<Live>, came: Instant) {
        if !self.options.keeps_any() {
            return;
        }
        let least = self.options.least_weight();
        let weight = live.weight(&self.weights).max(least);
        if weight > self.options.most_weight() {
            self.meters().too_large.increment(1);
            return self.weigh(cell, least);
        }
        self.weigh(cell, weight);
        if self.options.idle.is_some() {
            cell.touch(self.millis(came));
        }
        cell.put(live);
    }

    /// Tells the cache that a cell, which is in use, weighs something else now.
    fn weigh(&self, cell: &Arc<Cell>, weight: u64) {
        let before = cell.weight.swap(weight, Ordering::Relaxed);
        if before == weight {
            return;
        }
        let slot = Slot {
            cell: Arc::clone(cell),
            weight,
        };
        let soft = true;
        // Whatever is in use is in the cache.
        drop(self.cache.replace(cell.actor_id.clone(), slot, soft));
    }

    fn millis(&self, moment: Instant) -> u64 {
        let since = moment.saturating_duration_since(self.begun);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    pub(in crate::runtime) const fn options(&self) -> &ActorOptions {
        &self.options
    }

    pub(in crate::runtime) fn meters(&self) -> &Meters {
        &self.passivation.meters
    }

    pub(in crate::runtime) fn status(&self) -> ActorsStatus {
        ActorsStatus {
            cells: self.cache.len(),
            bytes: self.cache.weight(),
        }
    }

    /// Lets go of actors that have been idle for too long, until it is told to end.
    pub(in crate::runtime) async fn run(self: Arc<Self>, stop: CancellationToken) {
        const LONGEST: Duration = Duration::from_secs(10);
        let idle = self.options.idle;
        let pause = idle.map_or(LONGEST, |idle| {
            (idle / 4).clamp(Duration::from_millis(1), LONGEST)
        });
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = sleep(pause) => {}
            }
            if let Some(idle) = idle {
                self.sweep(idle);
            }
            self.meters().tell(self.status());
        }
    }

    fn sweep(&self, idle: Duration) {
        let idle = u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
        let now = self.millis(Instant::now());
        let old = Mutex::new(Vec::new());
        // While a part of the cache is locked for this, nobody gets at a cell in it.
        self.cache.retain(|_actor_id, slot| {
            let is_kept = slot.is_in_use() || now < slot.cell.touched().saturating_add(idle);
            if !is_kept {
                let cell = Arc::clone(&slot.cell);
                old.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(cell);
            }
            is_kept
        });
        for cell in old.into_inner().unwrap_or_else(PoisonError::into_inner) {
            self.meters().evicted_for_age.increment(1);
            self.passivation.passivate(&cell);
        }
    }

    /// Lets go of all of them, and gives their states.
    pub(in crate::runtime) fn drain(&self) -> Vec<Live> {
        let cells = self.cache.drain();
        let lives = cells.filter_map(|(_actor_id, slot)| slot.cell.take());
        lives.map(|live| *live).collect()
    }
}

fn cache(
    options: &ActorOptions,
    passivation: Passivation,
) -> Cache<ActorId, Slot, Weigher, RandomState, Passivation> {
    let mut builder = OptionsBuilder::new();
    builder
        .shards(ActorOptions::PARTS)
        .estimated_items_capacity(options.count.clamp(1, 1 << 20))
        .weight_capacity(options.bytes);
    match builder.build() {
        // Keys come from outside, so that their hashes must not be foreseen.
        Ok(built) => Cache::with_options(built, Weigher, RandomState::new(), passivation),
        Err(_what_is_missing_is_set) => {
            Cache::with(1, options.bytes, Weigher, RandomState::new(), passivation)
        }
    }
}

impl fmt::Debug for Actors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actors")
            .field("options", &self.options)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

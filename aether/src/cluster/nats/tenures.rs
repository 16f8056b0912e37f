use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::Notify;

use super::BegunShard;
#[cfg(feature = "simulation")]
use crate::simulation::{Defect, nats::NatsConnection};
use crate::{
    cluster::{Shard, ShardCount},
    tenancy::Tenancy,
};

/// Which shards a node has, since when, and how many turns of their actors are under way.
#[derive(Debug, Clone)]
pub(super) struct Tenures {
    inner: Arc<Inner>,
    /// Nothing counts as taken from another.
    #[cfg(feature = "simulation")]
    is_careless: bool,
}

#[derive(Debug)]
struct Inner {
    gates: Box<[Gate]>,
    /// Of some shard, the last turn is over.
    is_quiet: Notify,
}

/// What is known of a shard.
#[derive(Debug, Default)]
struct Gate {
    /// The number of the tenure above, odd while the shard is here; the turns below.
    state: AtomicU64,
    since: AtomicU64,
    seized: AtomicU64,
}

const TURN_BITS: u32 = 24;
const TENURE: u64 = 1 << TURN_BITS;
const MOST_TURNS: u64 = TENURE - 1;

const fn turns(state: u64) -> u64 {
    state & MOST_TURNS
}

const fn number(state: u64) -> u64 {
    state >> TURN_BITS
}

const fn is_open(state: u64) -> bool {
    number(state) % 2 == 1
}

impl Tenures {
    pub(super) fn new(count: ShardCount) -> Self {
        Self {
            inner: Arc::new(Inner {
                gates: count.shards().map(|_| Gate::default()).collect(),
                is_quiet: Notify::new(),
            }),
            #[cfg(feature = "simulation")]
            is_careless: false,
        }
    }

    /// Those of a node of a simulation, which may leave something out.
    #[cfg(all(feature = "simulation", feature = "runtime"))]
    pub(super) fn over(mut self, double: Option<&NatsConnection>) -> Self {
        self.is_careless = double.is_some_and(|it| it.has(Defect::NoFence));
        self
    }

    fn gate(&self, shard: Shard) -> Option<&Gate> {
        self.inner.gates.get(shard.index())
    }

    #[cfg(any(feature = "runtime", test))]
    pub(super) fn is_here(&self, shard: Shard) -> bool {
        let gate = self.gate(shard);
        gate.is_some_and(|gate| is_open(gate.state.load(Ordering::Acquire)))
    }

    /// Begins a turn, if the shard is here.
    pub(super) fn enter(&self, shard: Shard) -> Option<Tenancy> {
        let gate = self.gate(shard)?;
        let enter = |state| (is_open(state) && turns(state) < MOST_TURNS).then_some(state + 1);
        let entered = gate
            .state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, enter);
        Some(Tenancy {
            place: shard.index(),
            number: number(entered.ok()?),
            since: gate.since.load(Ordering::Acquire),
            seized: gate.seized.load(Ordering::Acquire),
        })
    }

    /// Whether the tenure still lasts in which a turn has begun.
    #[cfg(feature = "runtime")]
    pub(super) fn has(&self, tenancy: Tenancy) -> bool {
        let gate = self.inner.gates.get(tenancy.place);
        gate.is_some_and(|gate| number(gate.state.load(Ordering::Acquire)) == tenancy.number)
    }

    /// The number of the tenure that begins when the shard comes here next; none, if it is here.
    #[cfg(feature = "runtime")]
    pub(super) fn next(&self, shard: Shard) -> Option<u64> {
        let state = self.gate(shard)?.state.load(Ordering::Acquire);
        (!is_open(state)).then_some(number(state) + 1)
    }

    pub(super) fn leave(&self, tenancy: Tenancy) {
        let Some(gate) = self.inner.gates.get(tenancy.place) else {
            return;
        };
        if turns(gate.state.fetch_sub(1, Ordering::AcqRel)) == 1 {
            self.inner.is_quiet.notify_waiters();
        }
    }

    pub(super) fn begin(&self, begun: BegunShard) {
        if let Some(gate) = self.gate(begun.shard) {
            gate.since.store(begun.since.0, Ordering::Release);
            // When the shard was last taken from one that may not know it.
            let seized = begun.seized.0;
            #[cfg(feature = "simulation")]
            let seized = if self.is_careless { 0 } else { seized };
            gate.seized.store(seized, Ordering::Release);
            // Should it not have ended, it begins anew all the same.
            gate.turn(|state| if is_open(state) { 2 } else { 1 });
        }
    }

    pub(super) fn end(&self, shard: Shard) {
        if let Some(gate) = self.gate(shard) {
            gate.turn(|state| u64::from(is_open(state)));
        }
    }

    /// Nothing is here any more.
    pub(super) fn end_all(&self) {
        for gate in &self.inner.gates {
            gate.turn(|state| u64::from(is_open(state)));
        }
    }

    /// Waits until no turn of the shard's actors is under way.
    pub(super) async fn quiet(&self, shard: Shard) {
        let Some(gate) = self.gate(shard) else { return };
        loop {
            let mut is_quiet = pin!(self.inner.is_quiet.notified());
            is_quiet.as_mut().enable();
            if turns(gate.state.load(Ordering::Acquire)) == 0 {
                return;
            }
            is_quiet.await;
        }
    }
}

impl Gate {
    /// Goes on to a later tenure.
    fn turn(&self, tenures: impl Fn(u64) -> u64) {
        let turned = |state: u64| Some(state.wrapping_add(tenures(state) * TENURE));
        let (later, now) = (Ordering::AcqRel, Ordering::Acquire);
        // It always gives a state.
        _ = self.state.fetch_update(later, now, turned);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use futures_util::FutureExt as _;

    use super::*;
    use crate::cluster::Epoch;

    fn begun(shard: Shard, since: u64, seized: u64) -> BegunShard {
        BegunShard {
            shard,
            since: Epoch(since),
            seized: Epoch(seized),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_shard_that_goes_waits_for_the_turns_that_have_begun_and_lets_none_begin() {
        let count = ShardCount::new(2).unwrap();
        let (tenures, shard) = (Tenures::new(count), count.shard(1).unwrap());
        assert_eq!(tenures.enter(shard), None);
        tenures.begin(begun(shard, 3, 2));
        let first = tenures.enter(shard).unwrap();
        assert_eq!((first.number, first.since, first.seized), (1, 3, 2));
        tenures.end(shard);
        assert!(!tenures.is_here(shard));
        assert_eq!(tenures.enter(shard), None);
        let quiet = timeout(Duration::from_secs(1), tenures.quiet(shard));
        assert!(quiet.await.is_err(), "a turn is under way");
        let waiter = tenures.clone();
        let mut quiet = std::pin::pin!(waiter.quiet(shard));
        assert!(quiet.as_mut().now_or_never().is_none());
        tenures.leave(first);
        quiet.await;
        tenures.begin(begun(shard, 5, 2));
        assert_eq!(tenures.enter(shard).unwrap().number, 3);
        tenures.begin(begun(shard, 7, 7));
        assert_eq!(tenures.enter(shard).unwrap().number, 5);
        assert!(!tenures.is_here(count.shard(0).unwrap()));
    }
}

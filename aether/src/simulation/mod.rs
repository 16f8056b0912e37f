//! Runs a domain on several nodes, in one thread and under a seed, while everything that can go
//! wrong goes wrong.
//!
//! - [`Simulation`] runs bounded contexts as they run in production, each node with an
//!   [`Aether`](crate::Aether) of its own: commands, policies, process managers, projections and
//!   timers. Nodes crash between any two steps, are held up and cut off; requests and answers are
//!   delayed, lost and doubled; reads are stale; the clock jumps. Invariants are closures.
//! - [`Server`] is what the nodes share: the store, with the [`Faults`] of a real one, in this
//!   process. It passes the conformance suites that every store passes.
//! - [`nats`] has NATS servers in this process, for what is built on NATS itself.
//! - [`Defect`]s break promises of the server on purpose, to see that a simulation would tell.
//!
//! # What makes a run repeatable
//! The seed decides all of it: which task takes the next step, what is lost, when a node crashes,
//! the ids of events and the time of day. Tasks are run by the simulation itself, and only the
//! timers are tokio's, with a clock that stands still while anything can go on. So what a domain
//! brings of its own must be repeatable as well: an adapter that asks for the time takes it from
//! [`SystemClock`](crate::SystemClock), and one that spawns a task or a thread is on its own.

mod chaos;
mod checks;
mod client;
#[cfg(all(feature = "cluster", feature = "nats"))]
mod clustered;
#[cfg(not(all(feature = "cluster", feature = "nats")))]
#[path = "alone.rs"]
mod clustered;
mod defect;
mod dice;
mod executor;
mod failure;
mod faults;
mod mishaps;
pub mod nats;
mod node;
mod present;
mod report;
mod run;
mod seeds;
mod server;
#[cfg(all(feature = "cluster", feature = "nats"))]
mod sightings;
mod trace;
mod verdict;
mod world;

use std::{fmt, future::Future, sync::Arc, time::Duration};

use self::{checks::Invariant, client::Workload, node::Setup};
pub use self::{
    client::Client,
    defect::Defect,
    dice::Dice,
    failure::Failure,
    faults::Faults,
    mishaps::Mishaps,
    node::Node,
    report::{Replay, Report},
    seeds::seeds,
    server::{Connection, Server},
    trace::Step,
    verdict::Verdict,
    world::{Acknowledged, World},
};
pub(crate) use self::{
    executor::{Place, Running},
    present::{now, unique},
};
use crate::{domain::BoundedContext, runtime::AetherBuilder};

/// A domain, what is done with it, and what must hold whatever happens.
///
/// ```
/// use std::convert::Infallible;
///
/// use aether::{prelude::*, simulation::{Failure, Simulation}};
///
/// #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct Counted {}
///
/// #[derive(Command, Clone, Serialize, Deserialize)]
/// pub struct Count { #[command(id)] pub counter: String }
///
/// #[derive(Aggregate, Debug, Default)]
/// #[aggregate(events(Counted))]
/// pub struct Counter { count: u64 }
///
/// #[handlers]
/// impl Counter {
///     #[handle]
///     fn count(&self, _: Count) -> Result<Counted, Infallible> {
///         Ok(Counted {})
///     }
///
///     #[apply]
///     fn counted(&mut self, _: &Counted) {
///         self.count += 1;
///     }
/// }
///
/// bounded_context! {
///     /// Counts.
///     pub Counting { aggregates: [Counter] }
/// }
///
/// # fn main() -> Result<(), Box<Failure>> {
/// let report = Simulation::new()
///     .context::<Counting>()
///     .nodes(3)
///     .workload(|mut client| async move {
///         for _ in 0..4 {
///             let counter = (*client.dice().pick(&["a", "b"])).to_owned();
///             client.send(Count { counter }).await.expect("it counts");
///         }
///     })
///     .eventually("what was counted is there once", |world| {
///         world.acknowledged().len() == world.events::<CounterEvent>().len()
///     })
///     .run(0..3)?;
/// assert_eq!(report.commands, 3 * 2 * 4);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing runs before `run`"]
pub struct Simulation {
    pub(self) nodes: usize,
    pub(self) clients: usize,
    pub(self) faults: Faults,
    pub(self) mishaps: Mishaps,
    pub(self) defects: Vec<Defect>,
    pub(self) elapsing: Duration,
    pub(self) setups: Vec<Setup>,
    pub(self) workload: Option<Workload>,
    pub(self) invariants: Vec<Invariant>,
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(self) cluster: Option<crate::cluster::nats::ClusterOptions>,
}

impl Simulation {
    /// Two nodes and two clients, the usual [`Faults`] and [`Mishaps`]; nothing runs on the nodes
    /// yet.
    pub fn new() -> Self {
        Self {
            nodes: 2,
            clients: 2,
            faults: Faults::usual(),
            mishaps: Mishaps::usual(),
            defects: Vec::new(),
            elapsing: Duration::ZERO,
            setups: Vec::new(),
            workload: None,
            invariants: Vec::new(),
            #[cfg(all(feature = "cluster", feature = "nats"))]
            cluster: None,
        }
    }

    /// Runs the members of a bounded context on each node.
    pub fn context<C: BoundedContext>(self) -> Self {
        self.setup(|builder, _node| builder.context::<C>())
    }

    /// Puts the runtime of a node together further: adapters, snapshots, a store around
    /// [`Node::store`]. It is called whenever a node starts.
    pub fn setup(
        mut self,
        setup: impl Fn(AetherBuilder, &Node) -> AetherBuilder + Send + Sync + 'static,
    ) -> Self {
        self.setups.push(Arc::new(setup));
        self
    }

    /// Runs so many nodes, at least one.
    pub fn nodes(mut self, count: usize) -> Self {
        self.nodes = count.max(1);
        self
    }

    /// The cluster that its nodes are, if they are one.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    fn cluster(&self, dice: &mut Dice) -> Option<clustered::Clustered> {
        let options = self.cluster.as_ref()?;
        let dice = dice.split();
        Some(clustered::Clustered::new(options, &self.defects, dice))
    }

    #[cfg(not(all(feature = "cluster", feature = "nats")))]
    #[expect(
        clippy::unused_self,
        reason = "the features that say something are not there"
    )]
    const fn cluster(&self, _dice: &mut Dice) -> Option<clustered::Clustered> {
        None
    }

    /// Has the nodes share their actors, and what follows from events, as a cluster with these
    /// options, over three [NATS servers](nats) in this process: a command is carried out by the
    /// node that has its actor, whichever node it is sent to.
    ///
    /// What befalls a node and the server befalls the cluster too: nodes are taken for dead and come
    /// back, shards move, NATS servers die and stand still. In addition, each run checks that a shard
    /// has one owner an epoch, that epochs never go back, that no leader writes after a later one,
    /// that no shard moves that need not, and that, once nothing goes wrong any more, each shard is
    /// with a node that is there; [`Report::healing`] says how long that took. A cluster needs seconds
    /// to come to itself, so
    /// [mishaps](Mishaps::every) should be no closer than that.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub fn clustered(mut self, options: crate::cluster::nats::ClusterOptions) -> Self {
        self.cluster = Some(options);
        self
    }

    /// Has so many clients do the [workload](Self::workload) at the same time.
    pub const fn clients(mut self, count: usize) -> Self {
        self.clients = count;
        self
    }

    /// What each client does: it sends commands, as its dice decide, until it is done.
    pub fn workload<F, W>(mut self, workload: F) -> Self
    where
        F: Fn(Client) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        self.workload = Some(Arc::new(move |client| Box::pin(workload(client))));
        self
    }

    /// What goes wrong between nodes and server.
    pub const fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// What befalls nodes, server and clock.
    pub const fn mishaps(mut self, mishaps: Mishaps) -> Self {
        self.mishaps = mishaps;
        self
    }

    /// Has the server break a promise: the simulation should fail then.
    pub fn defect(mut self, defect: Defect) -> Self {
        self.defects.push(defect);
        self
    }

    /// Sets the clock forwards by so much once the clients are done and all is well again, so that
    /// timers that are due by then fire before [`eventually`](Self::eventually) is asked.
    pub const fn elapsing(mut self, duration: Duration) -> Self {
        self.elapsing = duration;
        self
    }

    /// What must hold after every commit, whatever happens.
    pub fn invariant<V: Verdict>(
        mut self,
        name: impl Into<String>,
        holds: impl Fn(&World<'_>) -> V + Send + Sync + 'static,
    ) -> Self {
        self.invariants.push(Invariant::always(name.into(), holds));
        self
    }

    /// What must hold when the clients are done, nothing goes wrong any more, and every follower of
    /// every node has done its work.
    pub fn eventually<V: Verdict>(
        mut self,
        name: impl Into<String>,
        holds: impl Fn(&World<'_>) -> V + Send + Sync + 'static,
    ) -> Self {
        self.invariants
            .push(Invariant::eventually(name.into(), holds));
        self
    }

    /// Runs it once for each seed, several at a time, and says what was seen.
    ///
    /// Besides the invariants of the domain, each run checks Aether's own: versions have no gaps, no
    /// command has its effect twice, nothing that was acknowledged is lost, answers are what replay
    /// gives, nothing takes effect before it is sent, nothing is parked, and once nothing goes wrong
    /// any more every follower gets on.
    ///
    /// # Errors
    /// The [`Failure`] of the first seed that fails, with all that happened in it.
    pub fn run(&self, seeds: impl IntoIterator<Item = u64>) -> Result<Report, Box<Failure>> {
        seeds::each(seeds, |seed| run::run(self, seed))
    }

    /// Runs it for one seed, and tells all that happened.
    pub fn replay(&self, seed: u64) -> Replay {
        run::apart(|| run::run(self, seed))
    }
}

impl Default for Simulation {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let invariants: Vec<_> = self.invariants.iter().map(Invariant::name).collect();
        f.debug_struct("Simulation")
            .field("nodes", &self.nodes)
            .field("clients", &self.clients)
            .field("faults", &self.faults)
            .field("mishaps", &self.mishaps)
            .field("invariants", &invariants)
            .finish_non_exhaustive()
    }
}

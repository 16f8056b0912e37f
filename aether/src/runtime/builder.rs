use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use eventstorming::meta;
use tokio::sync::watch;

use super::{
    actors::{ActorOptions, Actors, Weights},
    adapter::Adapter,
    common_log::CommonLog,
    duty::Duty,
    engine::Engine,
    handle::{Aether, Inner},
    heard::Heard,
    lately::Lately,
    meters::{CommandMeters, Meters},
    monitor::Monitor,
    parking::{Lot, Parking},
    projections::{self, ProjectionStore, Saving},
    registry::{Launch, Member, Registry, TimersMember},
    retries::{AllRetries, Retries},
    route::{Route, Routed},
    snapshots::{Fold, Policies, SnapshotPolicy, Snapshotter},
    status::{FollowerKind, FollowerState, FollowerStatus, ParkedStatus, TimersStatus},
    tasks::Tasks,
    timers::{Gate, Keeper, Task},
};
use crate::{
    CheckpointStore as _, Clock, DynEventStore, EventStore as _, Position, Store, StoreError,
    SystemClock,
    domain::{
        Aggregate, BoundedContext, ExternalSystem, Folded, Policy, ProcessManager, Snapshots,
    },
    store::timers::TimerLedger,
};

/// Puts a runtime together: see [`Aether::builder`].
#[must_use = "nothing runs before `start`"]
pub struct AetherBuilder {
    store: Option<DynEventStore>,
    clock: Arc<dyn Clock>,
    attempts: u32,
    registry: Registry,
    contexts: Vec<&'static meta::Context>,
    snapshots: Policies,
    parking: Option<Parking>,
    retries: AllRetries,
    actors: ActorOptions,
    weights: Weights,
    saving: Saving,
}

/// Says why a runtime does not start. Nothing was stored, and nothing runs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// No store was given.
    #[error("there is no store: call `store(..)`, for instance with `InMemoryEventStore::new()`")]
    NoStore,
    /// Two aggregates handle one command.
    #[error("the command `{command}` is handled by `{first}` and by `{second}`")]
    HandledTwice {
        /// The command.
        command: &'static str,
        /// The first aggregate.
        first: &'static str,
        /// The second aggregate.
        second: &'static str,
    },
    /// Two aggregates store events under one name.
    #[error("the event type `{event}` is stored by `{first}` and by `{second}`")]
    StoredTwice {
        /// The stored name.
        event: &'static str,
        /// The first aggregate.
        first: &'static str,
        /// The second aggregate.
        second: &'static str,
    },
    /// Two members have one name, by which what they keep is found.
    #[error("there are two of the {kind} `{name}`: was a context added twice?")]
    SameName {
        /// What they are.
        kind: &'static str,
        /// Their name.
        name: &'static str,
    },
    /// A policy or adapter issues what nothing handles.
    #[error("`{issuer}` issues `{command}`, which no running context handles; add its context")]
    Unhandled {
        /// The policy or external system.
        issuer: &'static str,
        /// The command.
        command: &'static str,
    },
    /// An adapter is for a system that no context lists.
    #[error(
        "no running context lists the external system `{system}`, for which there is an adapter"
    )]
    UnknownSystem {
        /// The system.
        system: &'static str,
    },
    /// A projection is to be kept elsewhere that no context lists.
    #[error("no running context lists the projection `{projection}`, for which there is a store")]
    UnknownProjection {
        /// The projection.
        projection: &'static str,
    },
    /// An adapter answers with a command for later.
    #[error(
        "the adapter of `{system}` answers with a command for later, which only policies can ask \
         for: answer at once, and let a policy react"
    )]
    LaterAnswer {
        /// The system.
        system: &'static str,
    },
    /// An adapter takes events that its system is not notified of.
    #[error("`{system}` does not say that it is notified of `{event}`, which its adapter takes")]
    NotNotified {
        /// The system.
        system: &'static str,
        /// The event.
        event: &'static str,
    },
    /// An event or a command has personal fields, and the store would keep them in the clear.
    #[error(
        "`{item}` has personal fields, which the store would keep in the clear: \
         put it into a `SealedStore`"
    )]
    PersonalInTheClear {
        /// The event or command.
        item: &'static str,
    },
    /// The store does not answer.
    #[error("the checkpoints of the followers cannot be had")]
    Store(#[from] StoreError),
}

impl Default for AetherBuilder {
    fn default() -> Self {
        Self {
            store: None,
            clock: Arc::new(SystemClock),
            attempts: 16,
            registry: Registry::default(),
            contexts: Vec::new(),
            snapshots: Policies::default(),
            parking: Some(Parking::new()),
            retries: AllRetries::default(),
            actors: ActorOptions::default(),
            weights: Weights::default(),
            saving: Saving::new(),
        }
    }
}

impl AetherBuilder {
    /// Keeps events, and how far each follower has come, in this store.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(DynEventStore::new(store));
        self
    }

    /// Runs the members of a bounded context.
    pub fn context<C: BoundedContext>(mut self) -> Self {
        C::register(&mut self.registry);
        self.contexts.push(C::META);
        self
    }

    /// Tells an external system what it is to be told, through this adapter.
    pub fn adapter(mut self, adapter: impl Adapter) -> Self {
        self.registry.adapter(adapter);
        self
    }

    /// Keeps a projection elsewhere, in a database say: see [`ProjectionStore`].
    ///
    /// It is read there, and not through the runtime, which waits for it all the same.
    pub fn projection_store(mut self, store: impl ProjectionStore) -> Self {
        self.registry.projection_store(store);
        self
    }

    /// Carries out what the commits of an aggregate ask for: outgoing commands at once and in
    /// order, and timers at their time, as [`Commit::asking`](crate::Commit::asking) and
    /// [`Commit::setting`](crate::Commit::setting) say it.
    ///
    /// Handlers cannot ask for anything; this is for commits that are made by hand. Every runtime
    /// that runs the aggregate should say the same.
    pub fn asks_of<A: Aggregate>(mut self) -> Self {
        self.registry.asks_of(A::META.name.as_str());
        self
    }

    /// Takes the time from this clock, not from the machine.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Decides at most this many times on a command while others keep changing its actor;
    /// otherwise 16 times. At least once in any case.
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Keeps the states of actors by this policy, where the aggregate says `snapshot`; otherwise
    /// by the default one.
    pub const fn snapshots(mut self, policy: SnapshotPolicy) -> Self {
        self.snapshots.set_of_all(policy);
        self
    }

    /// Keeps the states of the actors of one aggregate by a policy of their own.
    pub fn snapshots_of<A: Snapshots>(mut self, policy: SnapshotPolicy) -> Self {
        self.snapshots.set(A::META.name.as_str(), policy);
        self
    }

    /// Sets aside what policies, process managers, outboxes and adapters cannot handle, in this
    /// way; otherwise as [`Parking::new`] says it.
    pub const fn parking(mut self, parking: Parking) -> Self {
        self.parking = Some(parking);
        self
    }

    /// Has all followers try again in this way what fails; otherwise as [`Retries::new`] says it.
    pub const fn retries(mut self, retries: Retries) -> Self {
        self.retries.of_all = retries;
        self
    }

    /// Has one policy, with its timers, try again in a way of its own.
    pub fn retries_of_policy<P: Policy>(mut self, retries: Retries) -> Self {
        let kinds = [FollowerKind::Policy, FollowerKind::Timers];
        self.retries.set(&kinds, P::META.name.as_str(), retries);
        self
    }

    /// Has one process manager, with what it asks for and its timers, try again in a way of its
    /// own.
    pub fn retries_of_process_manager<P: ProcessManager>(mut self, retries: Retries) -> Self {
        let kinds = [
            FollowerKind::Process,
            FollowerKind::Outbox,
            FollowerKind::Timers,
        ];
        self.retries.set(&kinds, P::META.name.as_str(), retries);
        self
    }

    /// Has the adapter of one external system try again in a way of its own.
    pub fn retries_of_adapter<S: ExternalSystem>(mut self, retries: Retries) -> Self {
        let kinds = [FollowerKind::Adapter];
        self.retries.set(&kinds, S::META.name.as_str(), retries);
        self
    }

    /// Sets nothing aside: a follower stands still before what it cannot handle, whatever the
    /// actor, and an adapter tries again until it succeeds.
    ///
    /// What was parked before stays parked, and waits for orders as before.
    pub const fn halting(mut self) -> Self {
        self.parking = None;
        self
    }

    /// Keeps the states of projections that say `snapshot` at these times; otherwise as
    /// [`Saving::new`] says it.
    pub const fn saving(mut self, saving: Saving) -> Self {
        self.saving = saving;
        self
    }

    /// Keeps so many actors in memory, and for so long.
    ///
    /// If the store encrypts personal data, actors whose events have personal fields are not kept,
    /// nor are instances of process managers: what was forgotten must not be remembered here.
    pub const fn actors(mut self, options: ActorOptions) -> Self {
        self.actors = options;
        self
    }

    /// Takes the states of an aggregate to hold so many bytes beyond their `size_of`: texts, lists
    /// and the like. It is asked whenever the version of an actor has doubled.
    pub fn weight_of<A: Aggregate>(
        mut self,
        held: impl Fn(&A) -> usize + Send + Sync + 'static,
    ) -> Self {
        let weigh = move |actor: &dyn Fold| {
            let actor: &dyn Any = actor;
            let folded = actor.downcast_ref::<Folded<A>>();
            folded.map_or(0, |folded| held(folded.state()))
        };
        self.weights.insert(A::META.name.as_str(), Box::new(weigh));
        self
    }

    /// Starts every policy, projection and adapter, and takes commands from now on.
    ///
    /// A policy or adapter goes on where it had come to, and so does a projection that says
    /// `snapshot`; a new one begins at the start of the log, and so does any other projection.
    ///
    /// # Errors
    /// If the members do not fit together, or the store does not answer.
    ///
    /// # Panics
    /// If it is not called within a tokio runtime.
    ///
    /// # Cancel safety
    /// Cancel safe: if the future is dropped, nothing runs.
    pub async fn start(mut self) -> Result<Aether, StartError> {
        self.registry.check()?;
        let store = self.store.ok_or(StartError::NoStore)?;
        let seals = store.capabilities().seals_personal_data;
        if let Some(item) = personal_item(&self.contexts).filter(|_| !seals) {
            return Err(StartError::PersonalInTheClear { item });
        }
        let Registry {
            routes,
            followers,
            projections: read_models,
            unseen,
            timers,
            ..
        } = self.registry;
        let rules = (&self.retries, self.parking);
        let members = open(followers, rules, &store).await?;
        let ledgers = open_ledgers(timers, &store).await?;
        let (clock, attempts) = (self.clock, self.attempts);
        let meters = Arc::new(Meters::new());
        let routes = routes.into_iter();
        let routes = routes.map(|(command, route)| (command, routed(command, route, seals)));
        let snapshotter =
            Snapshotter::new(store.clone(), Arc::clone(&clock), self.snapshots, unseen);
        let snapshotter = Arc::new(snapshotter);
        let tasks = Tasks::new();
        let actors = Actors::new(
            self.actors,
            self.weights,
            Arc::clone(&snapshotter),
            Arc::clone(&meters),
        );
        let engine = Arc::new(Engine {
            log: CommonLog::of(store.clone()),
            store,
            clock,
            snapshotter: Arc::clone(&snapshotter),
            actors: Arc::new(actors),
            meters,
            spawner: tasks.spawner(),
            routes: routes.collect(),
            attempts,
            inline: in_order(&read_models),
            placement: OnceLock::new(),
            moves: watch::Sender::new(()),
            lately: Lately::default(),
            heard: Heard::default(),
        });
        tasks.spawn(snapshotter.run(tasks.stop()));
        tasks.spawn(Arc::clone(&engine.actors).run(tasks.stop()));
        let saving = self.saving;
        let launch = |(member, retries, from, lot)| {
            launch(member, (retries, from, lot, saving), &engine, &tasks)
        };
        let mut followers: Vec<_> = members.into_iter().map(launch).collect();
        let timers = launch_timers((ledgers, &self.retries), &followers, &engine, &tasks);
        followers.extend(timers);
        let (monitor, seen) = Monitor::new(Arc::clone(&engine), &followers);
        tasks.spawn(monitor.run(tasks.stop()));
        projections::heed(&read_models, &engine.store, &tasks);
        let contexts = self.contexts;
        Ok(Aether::new(Inner {
            engine,
            tasks,
            followers,
            projections: read_models,
            contexts,
            seen,
        }))
    }
}

/// The projections that are applied by whoever stores the events, in the order of the contexts.
fn in_order(
    projections: &HashMap<TypeId, projections::Entry>,
) -> Vec<Arc<dyn projections::Inline>> {
    let mut entries: Vec<_> = projections.values().collect();
    entries.sort_by_key(|entry| entry.follower);
    let inline = entries.into_iter().map(|entry| entry.inline.clone());
    inline.flatten().collect()
}

/// A route with what is measured of it, over a store that may seal what is personal.
fn routed(command: &'static str, route: Box<dyn Route>, seals: bool) -> Routed {
    Routed {
        keeps: !(seals && route.is_personal()),
        route,
        meters: CommandMeters::new(command),
    }
}

async fn open_ledgers(
    timers: Vec<TimersMember>,
    store: &DynEventStore,
) -> Result<Vec<(TimersMember, TimerLedger)>, StoreError> {
    let mut ledgers = Vec::with_capacity(timers.len());
    for member in timers {
        let scope = member.source.scope();
        let ledger = TimerLedger::open(store, member.reader.clone(), scope).await?;
        ledgers.push((member, ledger));
    }
    Ok(ledgers)
}

/// An event or a command with personal fields, if the aggregates of the contexts have one.
fn personal_item(contexts: &[&'static meta::Context]) -> Option<&'static str> {
    let mut aggregates = contexts.iter().flat_map(|context| context.aggregates);
    aggregates.find_map(|aggregate| {
        let mut events = aggregate.events.iter();
        let event = events.find(|event| !event.personal.is_empty());
        let mut handlers = aggregate.handlers.iter();
        let handler = handlers.find(|handler| !handler.command.personal.is_empty());
        let name = event.map(|event| event.name);
        let name = name.or_else(|| handler.map(|handler| handler.command.name));
        name.map(|name| name.as_str())
    })
}

/// Followers as they were left: how they try again, where they go on, and what they have parked.
async fn open(
    followers: Vec<Member>,
    (retries, parking): (&AllRetries, Option<Parking>),
    store: &DynEventStore,
) -> Result<Vec<(Member, Retries, Position, Option<Lot>)>, StoreError> {
    let keeps_reasons = !store.capabilities().seals_personal_data;
    let mut members = Vec::with_capacity(followers.len());
    for member in followers {
        let (mut from, mut lot) = (Position::START, None);
        let retries = retries.of(member.kind, member.name);
        if let Some(reader) = &member.checkpoint {
            let kept = store.checkpoint(reader).await?;
            from = kept.position;
            let parking = parking.map(|parking| retries.parking(parking));
            lot = Some(Lot::open(reader, (parking, retries), keeps_reasons, &kept)?);
        }
        members.push((member, retries, from, lot));
    }
    Ok(members)
}

fn launch(
    member: Member,
    (retries, from, lot, saving): (Retries, Position, Option<Lot>, Saving),
    engine: &Arc<Engine>,
    tasks: &Tasks,
) -> watch::Receiver<FollowerStatus> {
    let Member {
        name,
        kind,
        checkpoint,
        launch,
    } = member;
    let state = FollowerState::Running;
    let (status, receiver) = watch::channel(FollowerStatus {
        name,
        kind,
        position: from,
        refused: 0,
        state,
        timers: None,
        parked: lot.as_ref().map(ParkedStatus::of).unwrap_or_default(),
    });
    launch(Launch {
        engine: Arc::clone(engine),
        tasks,
        status,
        checkpoint,
        from,
        lot,
        retries,
        saving,
    });
    receiver
}

/// Starts the tasks of the timers: one of each process manager, and one of all others.
fn launch_timers(
    (ledgers, retries): (Vec<(TimersMember, TimerLedger)>, &AllRetries),
    followers: &[watch::Receiver<FollowerStatus>],
    engine: &Arc<Engine>,
    tasks: &Tasks,
) -> Vec<watch::Receiver<FollowerStatus>> {
    let (mut shared, mut receivers) = (Vec::new(), Vec::new());
    let begin = |duty, keepers| {
        let task = Task::new(Arc::clone(engine), duty, keepers);
        tasks.spawn(task.run(tasks.stop()));
    };
    for (member, ledger) in ledgers {
        let TimersMember {
            name,
            source,
            session,
            inbox,
            ..
        } = member;
        let inbox = inbox.and_then(|inbox| followers.get(inbox));
        let gate = inbox.cloned().map(Gate::new);
        let (status, receiver) = watch::channel(FollowerStatus {
            name,
            kind: FollowerKind::Timers,
            position: Position::START,
            refused: 0,
            state: FollowerState::Running,
            timers: Some(TimersStatus::default()),
            parked: ParkedStatus::default(),
        });
        let keeper = Keeper::new(name, source, ledger, status);
        let retries = retries.of(FollowerKind::Timers, name);
        let keeper = keeper.of_session(session).trying(retries);
        match gate {
            // They are where its instances receive their events, which other timers need not be.
            Some(gate) => {
                let duty = Duty::of(engine, FollowerKind::Process, name);
                begin(duty, vec![keeper.behind(gate)]);
            }
            None => shared.push(keeper),
        }
        receivers.push(receiver);
    }
    if !shared.is_empty() {
        begin(Duty::of(engine, FollowerKind::Timers, ""), shared);
    }
    receivers
}

impl std::fmt::Debug for AetherBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let contexts: Vec<_> = self
            .contexts
            .iter()
            .map(|context| context.name.as_str())
            .collect();
        f.debug_struct("AetherBuilder")
            .field("store", &self.store)
            .field("contexts", &contexts)
            .finish_non_exhaustive()
    }
}

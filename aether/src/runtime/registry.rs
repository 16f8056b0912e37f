use std::{
    any::TypeId,
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::Arc,
};

use eventstorming::meta;
use tokio::{sync::watch, time::Instant};

use super::{
    adapter::{Adapter, AdapterSource},
    builder::StartError,
    duty::Duty,
    engine::Engine,
    follower::{Consumer, Follower},
    meters::FollowerMeters,
    outbox::Outbox,
    parking::Lot,
    process::Inbox,
    projections::{self, Elsewhere, Live, ProjectionStore, Saving},
    reactor::{PolicySource, Reactor, Source},
    retries::Retries,
    route::{HandlerRoute, Route},
    snapshots::UnseenState,
    status::{FollowerKind, FollowerStatus},
    tasks::Tasks,
    timers,
};
use crate::{
    Position,
    domain::{
        Aggregate, EventSet as _, ExternalSystem, Handlers, Instances, Policy, ProcessManager,
        Projection, Register,
    },
};

/// The members of the contexts that are to run, and what does not fit together among them.
#[derive(Default)]
pub(super) struct Registry {
    pub(super) routes: HashMap<&'static str, Box<dyn Route>>,
    pub(super) followers: Vec<Member>,
    pub(super) projections: HashMap<TypeId, projections::Entry>,
    pub(super) unseen: Vec<UnseenState>,
    pub(super) timers: Vec<TimersMember>,
    issued: Vec<(&'static str, &'static meta::Command)>,
    elsewhere: Vec<OfElsewhere>,
    systems: HashMap<&'static str, &'static meta::ExternalSystem>,
    stored_by: HashMap<&'static str, &'static str>,
    names: HashSet<(&'static str, &'static str)>,
    problems: Vec<StartError>,
}

/// A policy, projection or adapter that is about to follow the log.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) kind: FollowerKind,
    /// The name its checkpoint is kept under.
    pub(super) checkpoint: Option<String>,
    pub(super) launch: Begin,
}

/// An aggregate or policy that asks for commands at a later time.
pub(super) struct TimersMember {
    pub(super) name: &'static str,
    /// The name its timers are kept under.
    pub(super) reader: String,
    pub(super) source: Box<dyn timers::Source>,
    /// The session of its commands, if the runtime has made their ids.
    pub(super) session: Option<Arc<str>>,
    /// Of a process manager: the follower that hands its instances their events.
    pub(super) inbox: Option<usize>,
}

type Begin = Box<dyn FnOnce(Launch<'_>) + Send>;

type Prepare = Box<dyn FnOnce(&projections::Entry) -> Option<Begin> + Send>;

/// A projection that is to be kept elsewhere, and how it begins then, if a context lists it.
struct OfElsewhere {
    projection: TypeId,
    name: &'static str,
    launch: Prepare,
}

/// What a member needs to begin.
pub(super) struct Launch<'a> {
    pub(super) engine: Arc<Engine>,
    pub(super) tasks: &'a Tasks,
    pub(super) status: watch::Sender<FollowerStatus>,
    pub(super) checkpoint: Option<String>,
    pub(super) from: Position,
    pub(super) lot: Option<Lot>,
    pub(super) retries: Retries,
    /// When projections are kept.
    pub(super) saving: Saving,
}

impl Launch<'_> {
    fn follow<C: Consumer>(self, consumer: C) {
        let Self {
            engine,
            tasks,
            status,
            checkpoint,
            from,
            lot,
            retries,
            ..
        } = self;
        let meters = FollowerMeters::of(&status.borrow());
        let duty = Duty::of(&engine, status.borrow().kind, status.borrow().name);
        let follower = Follower {
            consumer,
            duty,
            store: engine.store.clone(),
            log: engine.log.clone(),
            clock: Arc::clone(&engine.clock),
            status,
            checkpoint,
            saved: from,
            save_after: Instant::now(),
            lot,
            meters,
            retries,
        };
        tasks.spawn(follower.run(tasks.stop()));
    }
}

impl Registry {
    /// Carries out what the commits of an aggregate ask for, whoever has made the ids of that.
    pub(super) fn asks_of(&mut self, aggregate: &'static str) {
        self.asks(aggregate, None);
    }

    fn asks(&mut self, aggregate: &'static str, session: Option<Arc<str>>) {
        let of_timers = session.clone();
        self.named("asking aggregate", aggregate);
        self.followers.push(Member {
            name: aggregate,
            kind: FollowerKind::Outbox,
            checkpoint: Some(format!("outbox/{aggregate}")),
            launch: Box::new(move |launch| {
                let engine = Arc::clone(&launch.engine);
                launch.follow(Outbox {
                    aggregate,
                    session,
                    engine,
                });
            }),
        });
        self.timers.push(TimersMember {
            name: aggregate,
            reader: format!("timers/aggregate/{aggregate}"),
            source: Box::new(timers::OfAggregate(aggregate)),
            session: of_timers,
            inbox: None,
        });
    }

    pub(super) fn adapter<A: Adapter>(&mut self, adapter: A) {
        let system = A::System::META;
        let name = system.name.as_str();
        self.named("adapter", name);
        let untold = A::Notice::EVENTS
            .iter()
            .find(|event| !told(system, event))
            .map(|event| event.name);
        if let Some(event) = untold {
            self.problems.push(StartError::NotNotified {
                system: name,
                event: event.as_str(),
            });
        }
        let issues = <A::Answer as crate::domain::Issues>::ISSUES;
        if issues.is_later() {
            self.problems.push(StartError::LaterAnswer { system: name });
        }
        let issued = issues.members();
        self.issued
            .extend(issued.into_iter().map(|command| (name, command)));
        let source = AdapterSource(adapter);
        self.reactor(name, FollowerKind::Adapter, "adapter", source);
    }

    /// Has a projection kept elsewhere.
    pub(super) fn projection_store<S: ProjectionStore>(&mut self, store: S) {
        let name = S::Projection::META.name.as_str();
        self.named("projection store", name);
        self.elsewhere.push(OfElsewhere {
            projection: TypeId::of::<S::Projection>(),
            name,
            launch: Box::new(move |entry| {
                let live = Arc::clone(&entry.live).downcast::<Live<S::Projection>>();
                let elsewhere = Elsewhere {
                    to: store,
                    live: live.ok()?,
                };
                Some(Box::new(move |launch| elsewhere.launch(launch)))
            }),
        });
    }

    /// Has those begin elsewhere that are kept there.
    fn send_elsewhere(&mut self) {
        for OfElsewhere {
            projection,
            name,
            launch,
        } in self.elsewhere.drain(..)
        {
            let entry = self.projections.get_mut(&projection);
            let member = entry.as_ref().map(|entry| entry.follower);
            let member = member.and_then(|at| self.followers.get_mut(at));
            let (Some(entry), Some(member)) = (entry, member) else {
                self.problems
                    .push(StartError::UnknownProjection { projection: name });
                continue;
            };
            if let Some(launch) = launch(entry) {
                member.launch = launch;
                entry.lies_elsewhere();
            }
        }
    }

    /// What does not fit together, now that all members are known.
    pub(super) fn check(&mut self) -> Result<(), StartError> {
        self.send_elsewhere();
        if let Some(problem) = self.problems.drain(..).next() {
            return Err(problem);
        }
        for member in self
            .followers
            .iter()
            .filter(|member| member.kind == FollowerKind::Adapter)
        {
            if !self.systems.contains_key(member.name) {
                return Err(StartError::UnknownSystem {
                    system: member.name,
                });
            }
        }
        let unhandled = self
            .issued
            .iter()
            .find(|(_, command)| !self.routes.contains_key(command.name.as_str()));
        match unhandled {
            Some((issuer, command)) => Err(StartError::Unhandled {
                issuer,
                command: command.name.as_str(),
            }),
            None => Ok(()),
        }
    }

    fn named(&mut self, kind: &'static str, name: &'static str) {
        if !self.names.insert((kind, name)) {
            self.problems.push(StartError::SameName { kind, name });
        }
    }

    fn reactor<S: Source>(
        &mut self,
        name: &'static str,
        kind: FollowerKind,
        prefix: &str,
        source: S,
    ) {
        let session: Arc<str> = format!("{prefix}/{name}").into();
        self.followers.push(Member {
            name,
            kind,
            checkpoint: Some(session.to_string()),
            launch: Box::new(move |launch| {
                let engine = Arc::clone(&launch.engine);
                launch.follow(Reactor {
                    name,
                    session,
                    source,
                    engine,
                });
            }),
        });
    }

    fn route<R: Route + 'static>(&mut self, command: &'static str, to: &'static str, route: R) {
        match self.routes.entry(command) {
            Entry::Vacant(free) => _ = free.insert(Box::new(route)),
            Entry::Occupied(taken) => self.problems.push(StartError::HandledTwice {
                command,
                first: taken.get().actor_type(),
                second: to,
            }),
        }
    }

    fn stores(&mut self, aggregate: &'static meta::Aggregate) {
        let owner = aggregate.name.as_str();
        for event in aggregate.events {
            let names = std::iter::once(event.name.as_str()).chain(event.aliases.iter().copied());
            for name in names {
                match self.stored_by.entry(name) {
                    Entry::Vacant(free) => _ = free.insert(owner),
                    Entry::Occupied(taken) if *taken.get() == owner => {}
                    Entry::Occupied(taken) => self.problems.push(StartError::StoredTwice {
                        event: name,
                        first: taken.get(),
                        second: owner,
                    }),
                }
            }
        }
    }
}

impl Register for Registry {
    fn aggregate<A: Aggregate + Handlers>(&mut self) {
        let name = A::META.name.as_str();
        self.named("aggregate", name);
        self.named("actor type", name);
        self.stores(A::META);
        self.unseen.extend(UnseenState::of::<A>());
        for row in A::ON_COMMAND {
            let aliases = row.command().aliases.iter().copied();
            for command in std::iter::once(row.command().name.as_str()).chain(aliases) {
                self.route(command, name, HandlerRoute::<A>::new(row));
            }
        }
    }

    fn policy<P: Policy + Handlers>(&mut self) {
        let name = P::META.name.as_str();
        self.named("policy", name);
        let issued = P::META
            .reactions
            .iter()
            .flat_map(|reaction| reaction.issues.members());
        self.issued.extend(issued.map(|command| (name, command)));
        self.reactor(
            name,
            FollowerKind::Policy,
            "policy",
            PolicySource::<P>::default(),
        );
        if P::META.reactions.iter().any(|it| it.issues.is_later()) {
            self.timers.push(TimersMember {
                name,
                reader: format!("timers/policy/{name}"),
                source: Box::new(timers::OfPolicy::<P>::new()),
                session: Some(format!("policy/{name}").into()),
                inbox: None,
            });
        }
    }

    fn process_manager<P: ProcessManager + Instances>(&mut self) {
        let name = P::META.name.as_str();
        self.named("process manager", name);
        self.named("actor type", name);
        let issued = P::META
            .reactions
            .iter()
            .flat_map(|reaction| reaction.issues.members());
        self.issued.extend(issued.map(|command| (name, command)));
        let inbox = self.followers.len();
        self.followers.push(Member {
            name,
            kind: FollowerKind::Process,
            checkpoint: Some(format!("process/{name}")),
            launch: Box::new(move |launch| {
                let engine = Arc::clone(&launch.engine);
                launch.follow(Inbox::<P>::new(engine));
            }),
        });
        self.asks(name, Some(format!("process/{name}").into()));
        if let Some(timers) = self.timers.last_mut() {
            timers.inbox = Some(inbox);
        }
    }

    fn projection<P: Projection + Handlers>(&mut self) {
        let name = P::META.name.as_str();
        self.named("projection", name);
        let live = Live::<P>::unopened();
        let entry = projections::Entry::new(&live, self.followers.len());
        self.projections.insert(TypeId::of::<P>(), entry);
        self.followers.push(Member {
            name,
            kind: FollowerKind::Projection,
            checkpoint: None,
            launch: Box::new(move |launch| {
                let saving = launch.saving;
                live.launch(launch, saving);
            }),
        });
    }

    fn external_system<S: ExternalSystem>(&mut self) {
        let name = S::META.name.as_str();
        // Two contexts may talk to the same system.
        self.systems.insert(name, S::META);
    }
}

fn told(system: &meta::ExternalSystem, event: &meta::Event) -> bool {
    system
        .notified_of
        .iter()
        .any(|set| set.iter().any(|told| told.name.is(&event.name)))
}

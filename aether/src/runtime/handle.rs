use std::{
    any::TypeId,
    collections::HashMap,
    fmt::{self, Display},
    sync::Arc,
    task::Context,
};

use eventstorming::meta;
use tokio::sync::watch;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::{
    actors::ActorsStatus,
    builder::AetherBuilder,
    command_error::{CommandError, LoadError, ReadError},
    driven::Driven,
    engine::{Attempt, Engine, Stage},
    envelope::Envelope,
    health::Health,
    monitor::Seen,
    parking::{self, Parked},
    projections::{Entry, Live, ProjectionStatus, ReadModel, Rebuild, RebuildError},
    send::{SendCommand, Sent},
    snapshots::{Loaded, SnapshotStatus, Wanted},
    status::{FollowerState, FollowerStatus},
    tasks::Tasks,
};
use crate::{
    ActorId, DynEventStore, EventStore as _, Position, StoreError, Timestamp,
    domain::{Aggregate, Answer, Answered, Command, Folded, Given, Outgoing, Projection, Replayed},
};

/// A running domain.
///
/// Cloning is cheap: clones share the runtime. When the last one goes, the followers end; to
/// wait until they have, call [`Aether::shutdown`].
///
/// ```
/// use std::convert::Infallible;
///
/// use aether::{InMemoryEventStore, prelude::*, runtime::Aether};
///
/// #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct Counted { pub by: u32 }
///
/// #[derive(Command, Serialize, Deserialize)]
/// pub struct Count { #[command(id)] pub counter: String, pub by: u32 }
///
/// #[derive(Aggregate, Debug, Default)]
/// #[aggregate(events(Counted))]
/// pub struct Counter { total: u32 }
///
/// #[handlers]
/// impl Counter {
///     #[handle]
///     fn count(&self, command: Count) -> Result<Counted, Infallible> {
///         Ok(Counted { by: command.by })
///     }
///
///     #[apply]
///     fn counted(&mut self, event: &Counted) {
///         self.total += event.by;
///     }
/// }
///
/// bounded_context! {
///     /// Counts things.
///     pub Counting { aggregates: [Counter] }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let aether = Aether::builder()
///     .store(InMemoryEventStore::new())
///     .context::<Counting>()
///     .start()
///     .await?;
/// aether.send(Count { counter: "a".to_owned(), by: 3 }).await?;
/// let counter = aether.load::<Counter>("a").await?;
/// assert_eq!((counter.total, counter.version()), (3, 1.into()));
/// aether.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Aether(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) engine: Arc<Engine>,
    pub(super) tasks: Tasks,
    pub(super) followers: Vec<watch::Receiver<FollowerStatus>>,
    pub(super) projections: HashMap<TypeId, Entry>,
    pub(super) contexts: Vec<&'static meta::Context>,
    pub(super) seen: watch::Receiver<Seen>,
}

impl Aether {
    /// Puts a runtime together.
    pub fn builder() -> AetherBuilder {
        AetherBuilder::default()
    }

    pub(super) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Sends a command to the aggregate that handles it: loads the actor, lets it decide,
    /// stores what it decided, and does so again if others were faster.
    ///
    /// ```no_run
    /// # use aether::{CommandId, domain::Command, runtime::{Aether, CommandError}};
    /// # async fn f<C: Command>(aether: Aether, command: C) -> Result<(), CommandError> {
    /// let sent = aether.send(command).with_id(CommandId::new()).correlated("checkout-7").await?;
    /// println!("{} is at version {}", sent.actor_id, sent.version);
    /// # Ok(())
    /// # }
    /// ```
    pub fn send<C: Command>(&self, command: C) -> SendCommand<'_> {
        let outgoing = Outgoing::of(&command);
        SendCommand::new(self, C::META.name.as_str(), outgoing, Box::new(command))
    }

    /// Carries out a command as far as nothing has to be waited for. What its sender has given is
    /// taken out once it was decided on.
    pub(super) fn attempt(
        &self,
        envelope: &mut Envelope,
        given: &mut Option<Given>,
        context: &mut Context<'_>,
    ) -> Attempted {
        // Shutdown waits for what has begun; what has not begun is refused.
        let begun = self.0.tasks.begin();
        if self.0.tasks.is_stopped() {
            return Attempted::Ended(Err(CommandError::Stopped));
        }
        let engine = &self.0.engine;
        let now = engine.clock.now();
        envelope.begin(now);
        match engine.attempt(envelope, given, now, context) {
            Attempt::Ended(answer) => Attempted::Ended(answer),
            Attempt::Waits(stage) => Attempted::Waits(stage, begun),
        }
    }

    /// Has the rest of a command carried out, which has to wait.
    pub(super) fn go_on(
        &self,
        envelope: Envelope,
        mut given: Option<Given>,
        (mut stage, begun): (Stage, TaskTrackerToken),
    ) -> Driven<Result<Sent, CommandError>> {
        let engine = Arc::clone(&self.0.engine);
        let spawner = engine.spawner.clone();
        let work = async move {
            let _begun = begun;
            engine.go_on(&envelope, &mut given, &mut stage).await
        };
        Driven::new(work, spawner)
    }

    /// Folds the present state of an actor from the log, or from its snapshot and what came after
    /// it. An actor without events is in its default state, at
    /// [`Version::NONE`](crate::Version::NONE).
    ///
    /// It asks the store, whatever is in memory: so it sees all that was stored before it was called,
    /// by other processes, too, and waits for no command that is being decided on.
    ///
    /// # Errors
    /// If the key names no actor, the store does not give the events, or one cannot be read.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn load<A: Aggregate>(
        &self,
        key: impl Display + Send,
    ) -> Result<Replayed<A>, LoadError> {
        let actor_id = ActorId::of(A::META.name.as_str(), &key.to_string())?;
        let mut folded = Folded::<A>::new();
        let snapshotter = &self.0.engine.snapshotter;
        let loaded = snapshotter
            .load(&actor_id, &mut folded, Wanted::State)
            .await;
        if let Loaded::Ready(mut start, _) = loaded.map_err(LoadError::of)? {
            snapshotter.consider(&actor_id, &folded, &mut start);
        }
        Ok(Replayed::of(actor_id, folded))
    }

    /// Reads a projection, once it has applied all that is in the log now: whoever has sent a
    /// command reads what came of it.
    ///
    /// # Errors
    /// If the projection belongs to no running context, has halted, or the runtime is shut down.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn read<P: Projection>(&self) -> Result<ReadModel<P>, ReadError> {
        let live = self.live::<P>()?;
        let head = self.0.engine.store.head().await?;
        self.read_live(&live, head).await
    }

    /// Reads a projection, once it has applied all up to a position: that of a command that was
    /// sent, say. As it is now, without waiting, at [`Position::START`].
    ///
    /// The store is asked nothing.
    ///
    /// # Errors
    /// As [`Aether::read`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn read_at<P: Projection>(
        &self,
        position: Position,
    ) -> Result<ReadModel<P>, ReadError> {
        let live = self.live::<P>()?;
        self.read_live(&live, position).await
    }

    fn live<P: Projection>(&self) -> Result<Arc<Live<P>>, ReadError> {
        let live = Arc::clone(&self.entry::<P>()?.live).downcast::<Live<P>>();
        live.map_err(|_another| ReadError::Elsewhere {
            projection: P::META.name.as_str(),
        })
    }

    async fn read_live<P: Projection>(
        &self,
        live: &Live<P>,
        position: Position,
    ) -> Result<ReadModel<P>, ReadError> {
        self.wait_for::<P>(position).await?;
        let model = live.read().await;
        model.map_err(|reason| halted(P::META.name.as_str(), &reason))
    }

    /// Waits until a projection has applied all up to a position, that of a command that was sent
    /// say; says how far it is.
    ///
    /// ```no_run
    /// # use aether::{domain::{Command, Projection}, runtime::Aether};
    /// # async fn f<C: Command, P: Projection>(aether: Aether, command: C)
    /// #     -> Result<(), Box<dyn std::error::Error>> {
    /// let sent = aether.send(command).await?;
    /// aether.wait_for::<P>(sent.position.unwrap_or_default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Aether::read`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn wait_for<P: Projection>(&self, position: Position) -> Result<Position, ReadError> {
        self.projected(self.entry::<P>()?.follower, position).await
    }

    /// Waits for the projection that is this follower.
    pub(super) async fn projected(
        &self,
        follower: usize,
        position: Position,
    ) -> Result<Position, ReadError> {
        let follower = self.0.followers.get(follower).ok_or(ReadError::Stopped)?;
        let is_over = |status: &FollowerStatus| {
            status.position >= position || matches!(status.state, FollowerState::Halted { .. })
        };
        let mut follower = follower.clone();
        let status = follower.wait_for(is_over).await;
        let status = status.map_err(|_ended| ReadError::Stopped)?;
        match &status.state {
            FollowerState::Halted { reason } if status.position < position => {
                Err(halted(status.name, reason))
            }
            FollowerState::Running
            | FollowerState::Elsewhere
            | FollowerState::Retrying { .. }
            | FollowerState::Halted { .. } => Ok(status.position),
        }
    }

    /// The place of a projection among the followers.
    pub(super) fn follower_of<P: Projection>(&self) -> Result<usize, ReadError> {
        Ok(self.entry::<P>()?.follower)
    }

    fn entry<P: Projection>(&self) -> Result<&Entry, ReadError> {
        let entry = self.0.projections.get(&TypeId::of::<P>());
        entry.ok_or_else(unknown::<P>)
    }

    /// Orders a projection to be built anew from the log, beside the state that is read until
    /// then. Await what it gives to know that it is done; it goes on without.
    ///
    /// The order concerns every process that runs the projection, if it says `snapshot`, and holds
    /// until it is carried out; that of any other concerns this runtime. An order that comes while
    /// another one is carried out begins it once more.
    ///
    /// ```no_run
    /// # use aether::{domain::Projection, runtime::Aether};
    /// # async fn f<P: Projection>(aether: Aether) -> Result<(), Box<dyn std::error::Error>> {
    /// let rebuild = aether.rebuild::<P>().await?;
    /// while rebuild.advanced().await {
    ///     let progress = rebuild.progress();
    ///     println!("{:.0} %, {:?} to go", progress.fraction() * 100.0, progress.eta());
    /// }
    /// rebuild.await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the projection belongs to no running context, or the order cannot be kept.
    ///
    /// # Cancel safety
    /// If the future is dropped, it may be ordered or not.
    pub async fn rebuild<P: Projection>(&self) -> Result<Rebuild, RebuildError> {
        let projection = P::META.name.as_str();
        let entry = self.0.projections.get(&TypeId::of::<P>());
        let entry = entry.ok_or(RebuildError::Unknown { projection })?;
        let store = entry.is_kept().then(|| self.store().clone());
        Ok(Rebuild::order(&entry.control, store).await?)
    }

    /// How each projection is doing, by name: how far it is, what is kept of it, and how far a
    /// rebuild has come.
    pub fn projections(&self) -> Vec<ProjectionStatus> {
        let status = |entry: &Entry| {
            let follower = self.0.followers.get(entry.follower)?;
            let is_inline = entry.inline.is_some();
            let follower = follower.borrow();
            Some(ProjectionStatus::of(&entry.control, &follower, is_inline))
        };
        let all = self.0.projections.values().filter_map(status);
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|status| status.name);
        all
    }

    /// Asks the projection that answers a query, once it has applied all that is in the log now.
    ///
    /// ```no_run
    /// # use aether::{domain::{Answer, Answered}, runtime::{Aether, ReadError}};
    /// # async fn f<Q: Answered + Send>(aether: Aether, orders_of_ada: Q) -> Result<(), ReadError> {
    /// let orders = aether.ask(orders_of_ada).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Aether::read`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn ask<Q: Answered + Send>(
        &self,
        query: Q,
    ) -> Result<<Q::By as Answer<Q>>::Answer, ReadError> {
        let model = self.read::<Q::By>().await?;
        Ok(model.answer(query))
    }

    /// Waits until every policy, projection and adapter has done its work for all that is in the
    /// log, or has [parked](super::parking) it for good, every timer that is due by the runtime's clock has fired, that work has added nothing
    /// to the log, and the snapshots that were due are saved.
    ///
    /// Meant for tests and for programs that end: others may keep sending commands, and then
    /// this keeps waiting. What other nodes of a cluster see to is not waited for.
    ///
    /// # Errors
    /// If a follower has halted, the store does not answer, or the runtime is shut down.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn settled(&self) -> Result<Position, ReadError> {
        let mut head = self.0.engine.store.head().await?;
        loop {
            let now = self.0.engine.clock.now();
            for follower in &self.0.followers {
                reached(follower.clone(), head, now).await?;
            }
            let now = self.0.engine.store.head().await?;
            if now == head {
                self.0.engine.snapshotter.settled().await;
                return Ok(head);
            }
            head = now;
        }
    }

    /// How far each policy, projection and adapter has come, and how it is doing.
    pub fn status(&self) -> Vec<FollowerStatus> {
        self.0
            .followers
            .iter()
            .map(|follower| follower.borrow().clone())
            .collect()
    }

    /// How the store and the followers are doing, as it was seen within the last second: for
    /// whoever asks whether the process is alive, and whether it can be given work.
    pub fn health(&self) -> Health {
        let seen = self.0.seen.borrow().clone();
        Health {
            is_stopped: self.0.tasks.is_stopped(),
            store: seen.store,
            followers: seen.followers,
            began_at: seen.began_at.unwrap_or_default(),
        }
    }

    /// What followers could not handle and have set aside: see [`parking`](super::parking).
    ///
    /// # Errors
    /// If the store does not answer, or what it keeps cannot be read.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    pub async fn parked(&self) -> Result<Vec<Parked>, StoreError> {
        let (store, mut all) = (self.store(), Vec::new());
        for follower in parking::followers(store).await? {
            all.extend(parking::parked(store, &follower).await?);
        }
        Ok(all)
    }

    /// How many actors are in memory.
    pub fn actors(&self) -> ActorsStatus {
        self.0.engine.actors.status()
    }

    /// What became of snapshots since the start.
    pub fn snapshots(&self) -> SnapshotStatus {
        self.0.engine.snapshotter.status()
    }

    /// The store that keeps the events.
    pub fn store(&self) -> &DynEventStore {
        &self.0.engine.store
    }

    /// The contexts that run: from these the model is drawn.
    pub fn contexts(&self) -> &[&'static meta::Context] {
        &self.0.contexts
    }

    /// Ends it: takes no more commands, lets those under way and the present work of each
    /// follower come to its end, keeps how far each has come and the snapshots that are due, lets go
    /// of the actors in memory, and returns when all is still. With the last handle dropped after
    /// that, nothing of it holds the store.
    ///
    /// # Cancel safety
    /// If the future is dropped, everything still ends, but nobody waits for it.
    pub async fn shutdown(&self) {
        self.0.tasks.end().await;
        let engine = &self.0.engine;
        engine.snapshotter.close(engine.actors.drain()).await;
    }
}

/// What came of a command without waiting.
pub(super) enum Attempted {
    Ended(Result<Sent, CommandError>),
    /// It has to wait, and shutdown for it.
    Waits(Stage, TaskTrackerToken),
}

fn unknown<P: Projection>() -> ReadError {
    ReadError::Unknown {
        projection: P::META.name.as_str(),
    }
}

fn halted(follower: &'static str, reason: &str) -> ReadError {
    ReadError::Halted {
        follower,
        reason: reason.to_owned(),
    }
}

/// Waits until a follower has reached a position, and has no timer that was due at a moment; says
/// how far it is.
async fn reached(
    mut follower: watch::Receiver<FollowerStatus>,
    head: Position,
    now: Timestamp,
) -> Result<Position, ReadError> {
    let next_due = |status: &FollowerStatus| status.timers.and_then(|timers| timers.next_due);
    let is_done = |status: &FollowerStatus| {
        status.position >= head
            && status.parked.retried == 0
            && next_due(status).is_none_or(|due| due > now)
    };
    let is_over = |status: &FollowerStatus| {
        let state = &status.state;
        matches!(
            state,
            FollowerState::Halted { .. } | FollowerState::Elsewhere
        )
    };
    let status = follower
        .wait_for(|status| is_done(status) || is_over(status))
        .await
        .map_err(|_ended| ReadError::Stopped)?
        .clone();
    match status.state {
        FollowerState::Halted { reason } => Err(ReadError::Halted {
            follower: status.name,
            reason,
        }),
        FollowerState::Running | FollowerState::Elsewhere | FollowerState::Retrying { .. } => {
            Ok(status.position)
        }
    }
}

impl fmt::Debug for Aether {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contexts: Vec<_> = self
            .0
            .contexts
            .iter()
            .map(|context| context.name.as_str())
            .collect();
        f.debug_struct("Aether")
            .field("store", self.store())
            .field("contexts", &contexts)
            .finish_non_exhaustive()
    }
}

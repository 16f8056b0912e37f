use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use super::{
    actors::{Actors, Live, Turn},
    backoff::Backoff,
    carried::Carried,
    command_error::CommandError,
    envelope::{Envelope, Known},
    meters::Meters,
    projections::Inline,
    route::Route,
    search,
    send::Sent,
    snapshots::{Fold, Loaded, Refreshed, Snapshotter, Wanted},
    tasks::Spawner,
    trace,
};
use crate::{
    ActorId, Clock, CommandId, Commit, DynEventStore, Event, EventStore as _, InvalidCommit,
    Metadata, Receipt, Recorded, SessionMark, StoreError, StoreErrorKind, Version,
    domain::{Context, NewEvent},
};

/// Carries out commands: loads the actor unless it is in memory, lets the domain decide, commits;
/// again if others were faster.
pub(super) struct Engine {
    pub(super) store: DynEventStore,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) snapshotter: Arc<Snapshotter>,
    pub(super) actors: Arc<Actors>,
    pub(super) meters: Arc<Meters>,
    pub(super) spawner: Spawner,
    pub(super) routes: HashMap<&'static str, Box<dyn Route>>,
    /// Whether the store encrypts what is personal.
    pub(super) seals: bool,
    pub(super) attempts: u32,
    /// The projections that are to have the events of a command before it is answered.
    pub(super) inline: Vec<Arc<dyn Inline>>,
}

/// What there is to do for a command, now that its actor has decided.
enum Decided {
    /// Nothing more.
    Done(Sent),
    Store(Commit),
}

/// Whether the history of an actor was searched for a command when its state was made.
enum Awake {
    /// It was not.
    Unsearched,
    /// It was, and it is not there.
    Searched,
    /// It was, and it is there.
    Found(Recorded),
}

impl Engine {
    /// The name of a command as the route knows it, if there is one.
    pub(super) fn known(&self, command: &str) -> Option<&'static str> {
        self.routes.get_key_value(command).map(|(known, _)| *known)
    }

    pub(super) async fn execute(
        self: &Arc<Self>,
        envelope: &Envelope,
    ) -> Result<Sent, CommandError> {
        let command = envelope.outgoing.command;
        let route = self
            .routes
            .get(command)
            .ok_or(CommandError::Unhandled { command })?;
        let actor_id = ActorId::of(route.actor_type(), &envelope.outgoing.key)
            .map_err(|source| CommandError::Address { command, source })?;
        let begun = Instant::now();
        let span = tracing::info_span!(
            "command",
            command,
            actor = %actor_id,
            command_id = %envelope.id,
            correlation_id = envelope.correlation_id,
            traceparent = envelope.traceparent,
        );
        trace::join(&span, envelope.traceparent.as_deref());
        // What follows from the command names its span.
        let traced = trace::traceparent(&span).map(|traceparent| envelope.in_trace(traceparent));
        let envelope = traced.as_ref().unwrap_or(envelope);
        let in_time = self.in_time(&**route, &actor_id, envelope);
        let answer = in_time.instrument(span).await;
        if let Ok(sent) = &answer {
            for inline in &self.inline {
                inline.project(sent).await;
            }
        }
        self.meters.ended(command, begun.elapsed(), &answer);
        answer
    }

    /// Carries it out, or gives up when its time has run out.
    async fn in_time(
        self: &Arc<Self>,
        route: &dyn Route,
        actor_id: &ActorId,
        envelope: &Envelope,
    ) -> Result<Sent, CommandError> {
        let is_storing = AtomicBool::new(false);
        let run = self.run(route, actor_id, envelope, &is_storing);
        let Some(deadline) = envelope.deadline else {
            return run.await;
        };
        match timeout_at(deadline, run).await {
            Ok(answer) => answer,
            Err(_elapsed) if is_storing.load(Ordering::Relaxed) => {
                Err(CommandError::Overdue { id: envelope.id })
            }
            Err(_elapsed) => Err(CommandError::Expired),
        }
    }

    async fn run(
        self: &Arc<Self>,
        route: &dyn Route,
        actor_id: &ActorId,
        envelope: &Envelope,
        is_storing: &AtomicBool,
    ) -> Result<Sent, CommandError> {
        let turn = self.actors.enter(actor_id, envelope.full).await;
        let mut turn = turn.map_err(|waiting| CommandError::Busy {
            actor_id: actor_id.clone(),
            waiting,
        })?;
        turn.keeps = !(self.seals && route.is_personal());
        let mut backoff = Backoff::of_conflicts(envelope.id.as_uuid().as_u64_pair().1);
        loop {
            let commit = match self.decided(route, &mut turn, envelope).await? {
                Decided::Done(sent) => return Ok(sent),
                Decided::Store(commit) => commit,
            };
            if envelope.is_expired() {
                return Err(CommandError::Expired);
            }
            is_storing.store(true, Ordering::Relaxed);
            let storing = Arc::clone(self).store(turn, commit);
            let (spawner, meters) = (self.spawner.clone(), Arc::clone(&self.meters));
            let answer;
            (turn, answer) = Carried::new(storing, spawner, meters).await;
            is_storing.store(false, Ordering::Relaxed);
            match answer {
                Err(source) if source.kind() == StoreErrorKind::Conflict => {
                    self.meters.conflicts.increment(1);
                    let wait = backoff.next();
                    if backoff.attempts() >= self.attempts {
                        let attempts = backoff.attempts();
                        return Err(CommandError::Conflict { attempts, source });
                    }
                    if backoff.attempts() > 1 {
                        // To read what came in between was not enough.
                        turn.live = None;
                    }
                    pause(wait).await;
                }
                answer => return answer.map_err(CommandError::Store),
            }
        }
    }

    /// Lets the actor decide on its present state, or what is taken for it.
    async fn decided(
        &self,
        route: &dyn Route,
        turn: &mut Turn,
        envelope: &Envelope,
    ) -> Result<Decided, CommandError> {
        let awake = self.awaken(route, turn, envelope).await?;
        if let Awake::Found(recorded) = awake {
            return Ok(Decided::Done(Sent::repeated(recorded)));
        }
        let Some(live) = &mut turn.live else {
            let command = envelope.outgoing.command;
            return Err(CommandError::Unhandled { command });
        };
        let is_new = matches!(awake, Awake::Searched);
        if !is_new && let Some(sent) = self.before(live, envelope).await? {
            return Ok(Decided::Done(sent));
        }
        if let Some(commit) = self.decide(route, &*live.fold, envelope)? {
            return Ok(Decided::Store(commit));
        }
        self.snapshotter.consider(&*live.fold, &mut live.start);
        let sent = Sent::nothing(live.fold.actor_id().clone(), live.fold.version());
        Ok(Decided::Done(sent))
    }

    /// Sees to it that the turn has a state that was the present one just now, unless it was of
    /// late.
    async fn awaken(
        &self,
        route: &dyn Route,
        turn: &mut Turn,
        envelope: &Envelope,
    ) -> Result<Awake, CommandError> {
        if turn.live.as_ref().is_some_and(|live| !live.is_stale) {
            self.meters.hits.increment(1);
            return Ok(Awake::Unsearched);
        }
        let begun = Instant::now();
        // If this is given up, or fails, what was in memory is gone.
        if let Some(mut live) = turn.live.take() {
            self.meters.stale.increment(1);
            let (fold, start) = (&mut *live.fold, &mut live.start);
            let refreshed = self.snapshotter.refresh(fold, start, envelope.id).await;
            let refreshed = refreshed.map_err(CommandError::unloaded)?;
            self.meters.load_duration.record(begun.elapsed());
            match refreshed {
                Refreshed::Present => {
                    live.is_stale = false;
                    turn.live = Some(live);
                    return Ok(Awake::Unsearched);
                }
                Refreshed::Found(recorded) => return Ok(Awake::Found(recorded)),
                Refreshed::Lost => {}
            }
        }
        self.meters.misses.increment(1);
        let mut fold = route.begin(turn.actor_id().clone());
        let wanted = match envelope.known {
            Known::Given => Wanted::Anywhere(envelope.id),
            Known::Fresh | Known::Marked(_) => Wanted::State,
        };
        let loaded = self.snapshotter.load(&mut *fold, wanted).await;
        self.meters.load_duration.record(begun.elapsed());
        match loaded.map_err(CommandError::unloaded)? {
            Loaded::Ready(start) => {
                turn.live = Some(Box::new(Live::new(fold, start)));
                Ok(match wanted {
                    Wanted::State => Awake::Unsearched,
                    Wanted::Anywhere(_) => Awake::Searched,
                })
            }
            Loaded::Found(recorded) => Ok(Awake::Found(recorded)),
        }
    }

    /// What came of the command, if the actor has handled it before.
    async fn before(
        &self,
        live: &mut Live,
        envelope: &Envelope,
    ) -> Result<Option<Sent>, CommandError> {
        let found = match &envelope.known {
            Known::Fresh => return Ok(None),
            Known::Given => self.anywhere(live, envelope.id).await,
            Known::Marked(mark) => self.in_session(live, envelope.id, mark).await,
        };
        found.map_err(CommandError::Store)
    }

    /// Looks for a command in the whole history, unless its ids are known.
    async fn anywhere(&self, live: &mut Live, id: CommandId) -> Result<Option<Sent>, StoreError> {
        if !live.start.may_have(id) {
            return Ok(None);
        }
        let (actor_id, version) = (live.fold.actor_id(), live.fold.version());
        let (found, ids) = search::anywhere(&self.store, actor_id, version, id).await?;
        if found.is_none() {
            live.start.ids = ids;
        }
        self.meters.searched(found.is_some());
        Ok(found.map(Sent::repeated))
    }

    /// Looks for a command of a session behind its cause, unless it is certainly new.
    async fn in_session(
        &self,
        live: &mut Live,
        id: CommandId,
        mark: &SessionMark,
    ) -> Result<Option<Sent>, StoreError> {
        if live.start.sessions.is_new(mark) {
            return Ok(None);
        }
        let since = mark.sequence.position;
        let (actor_id, version) = (live.fold.actor_id(), live.fold.version());
        let recent = live.start.recent.take().filter(|it| it.reaches(since));
        let recent = match recent {
            Some(recent) => recent,
            None => search::since(&self.store, actor_id, version, since).await?,
        };
        let found = recent.commit(id);
        self.meters.searched(found.is_some());
        let sent = found.map(|receipt| Sent::done(actor_id.clone(), receipt));
        live.start.recent = Some(recent);
        Ok(sent)
    }

    fn decide(
        &self,
        route: &dyn Route,
        actor: &dyn Fold,
        envelope: &Envelope,
    ) -> Result<Option<Commit>, CommandError> {
        let (actor_id, version) = (actor.actor_id(), actor.version());
        let metadata = envelope.metadata();
        let context = Context::new(actor_id.clone(), envelope.id)
            .at(self.clock.now())
            .at_version(version)
            .correlated(metadata.correlation_id.clone());
        let command = envelope.outgoing.command;
        let decided = route
            .decide(actor, &envelope.outgoing.data, &context)
            .ok_or(CommandError::Unhandled { command })?
            .map_err(|err| CommandError::of(command, err))?;
        commit(actor_id, version, decided, &metadata, &context)
    }

    /// Stores what was decided on and folds it into the state of the turn.
    async fn store(
        self: Arc<Self>,
        mut turn: Turn,
        commit: Commit,
    ) -> (Turn, Result<Sent, StoreError>) {
        // Until it is known what became of the commit, there is no state to go on from.
        let live = turn.live.take();
        match self.append(commit.clone()).await {
            Ok(Receipt { position, .. }) => {
                let recorded = Recorded { position, commit };
                turn.live = live.and_then(|live| self.grown(live, &recorded));
                (turn, Ok(Sent::stored(recorded)))
            }
            Err(err) => {
                turn.live = live.and_then(|live| live.unless(err.kind()));
                (turn, Err(err))
            }
        }
    }

    /// Has the store store a commit, and measures how that goes.
    pub(super) async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        let begun = Instant::now();
        let answer = self.store.append(commit).await;
        self.meters.appended(begun.elapsed(), &answer);
        answer
    }

    /// The state with a commit of its own; none if that cannot be read.
    fn grown(&self, mut live: Box<Live>, recorded: &Recorded) -> Option<Box<Live>> {
        if let Err(error) = live.grow(recorded) {
            let actor = recorded.commit.actor_id();
            tracing::error!(%actor, %error, "what was just stored cannot be read");
            return None;
        }
        self.snapshotter.consider(&*live.fold, &mut live.start);
        Some(live)
    }
}

/// What was decided on, as a commit; none if it is nothing.
fn commit(
    actor_id: &ActorId,
    version: Version,
    decided: Vec<NewEvent>,
    metadata: &Metadata,
    context: &Context,
) -> Result<Option<Commit>, CommandError> {
    let mut last = version;
    let events = decided.into_iter().map(|new| {
        last = last.next();
        let NewEvent {
            event_type,
            schema_version,
            data,
        } = new;
        Event::recorded(actor_id.clone(), last, event_type, data)
            .with_schema_version(schema_version)
            .with_metadata(metadata.clone())
            .at(context.now())
    });
    match Commit::new(events) {
        Ok(commit) => Ok(Some(commit)),
        Err(InvalidCommit::Empty) => Ok(None),
        Err(err) => Err(CommandError::Store(StoreError::from(err))),
    }
}

/// Waits a while, as the runtime's clock of tasks tells it.
pub(super) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

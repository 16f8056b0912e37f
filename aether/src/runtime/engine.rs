use std::{
    collections::HashMap,
    iter::repeat_n,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use super::{
    actors::{Actors, Cell, Live, Turn},
    backoff::Backoff,
    carried,
    command_error::CommandError,
    envelope::{Envelope, Known},
    meters::Meters,
    placement::Placement,
    projections::Inline,
    route::{Order, Routed},
    search,
    send::Sent,
    snapshots::{Fold, Loaded, Refreshed, Snapshotter, Wanted},
    storing::Storing,
    tasks::Spawner,
    trace,
};
use crate::{
    Clock, CommandId, Commit, DynEventStore, Event, EventId, EventStore as _, InvalidPayload,
    Receipt, Recorded, SessionMark, StoreError, StoreErrorKind,
    domain::{Context, Given, NewEvent},
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
    pub(super) routes: HashMap<&'static str, Routed>,
    pub(super) attempts: u32,
    /// The projections that are to have the events of a command before it is answered.
    pub(super) inline: Vec<Arc<dyn Inline>>,
    /// Where actors are, if not all of them are here.
    pub(super) placement: OnceLock<Arc<dyn Placement>>,
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

    /// Has a command carried out where its actor is; its sender may have given it as it is.
    pub(super) async fn execute(
        self: &Arc<Self>,
        envelope: &Envelope,
        given: Option<Given>,
    ) -> Result<Sent, CommandError> {
        let Some(placement) = self.placement.get() else {
            return self.execute_here(envelope, given).await;
        };
        let command = envelope.outgoing.command;
        let routed = self.routes.get(command);
        let routed = routed.ok_or(CommandError::Unhandled { command })?;
        let actor = (routed.route.actor_type(), &*envelope.outgoing.key);
        if placement.here(actor.0, actor.1).is_some() {
            return self.execute_here(envelope, given).await;
        }
        let unwritable = |err| CommandError::unwritable(command, InvalidPayload::from(err));
        let written = carried::write(&envelope.asked(placement.mark())).map_err(unwritable)?;
        let within = envelope.deadline;
        let within = within.map(|it| it.saturating_duration_since(Instant::now()));
        let answer = placement.ask(actor, written, within).await?;
        carried::read_answer(&answer, envelope, actor.0)
    }

    /// Carries out a command, which its sender may have given as it is.
    pub(super) async fn execute_here(
        self: &Arc<Self>,
        envelope: &Envelope,
        given: Option<Given>,
    ) -> Result<Sent, CommandError> {
        let command = envelope.outgoing.command;
        let routed = self.routes.get(command);
        let routed = routed.ok_or(CommandError::Unhandled { command })?;
        let (actor_type, key) = (routed.route.actor_type(), &envelope.outgoing.key);
        let cell = self.actors.cell(actor_type, key);
        let cell = cell.map_err(|source| CommandError::Address { command, source })?;
        let begun = Instant::now();
        let span = tracing::info_span!(
            "command",
            command,
            actor = %cell.actor_id,
            command_id = %envelope.id,
            correlation_id = envelope.correlation_id,
            traceparent = envelope.traceparent,
        );
        trace::join(&span, envelope.traceparent.as_deref());
        // What follows from the command names its span.
        let traced = trace::traceparent(&span).map(|traceparent| envelope.in_trace(traceparent));
        let envelope = traced.as_ref().unwrap_or(envelope);
        let order = Order {
            routed,
            envelope,
            given,
            begun,
        };
        let answer = if span.is_disabled() {
            self.in_time(order, cell).await
        } else {
            Box::pin(self.in_time(order, cell)).instrument(span).await
        };
        if let Ok(sent) = &answer {
            for inline in &self.inline {
                inline.project(sent).await;
            }
        }
        routed.meters.ended(begun.elapsed(), &answer);
        answer
    }

    /// Carries it out, or gives up when its time has run out.
    async fn in_time(
        self: &Arc<Self>,
        order: Order<'_>,
        cell: Arc<Cell>,
    ) -> Result<Sent, CommandError> {
        let (id, is_storing) = (order.envelope.id, AtomicBool::new(false));
        let Some(deadline) = order.envelope.deadline else {
            return self.run(order, cell, &is_storing).await;
        };
        let run = Box::pin(self.run(order, cell, &is_storing));
        match timeout_at(deadline, run).await {
            Ok(answer) => answer,
            Err(_elapsed) if is_storing.load(Ordering::Relaxed) => {
                Err(CommandError::Overdue { id })
            }
            Err(_elapsed) => Err(CommandError::Expired),
        }
    }

    async fn run(
        self: &Arc<Self>,
        mut order: Order<'_>,
        cell: Arc<Cell>,
        is_storing: &AtomicBool,
    ) -> Result<Sent, CommandError> {
        let envelope = order.envelope;
        let actor_id = cell.actor_id.clone();
        let turn = self.actors.enter(cell, envelope.full, order.begun).await;
        let mut turn = turn.map_err(|waiting| CommandError::Busy { actor_id, waiting })?;
        turn.keeps = order.routed.keeps;
        if let Some(placement) = self.placement.get() {
            let key = &envelope.outgoing.key;
            turn.begin(placement.here(order.routed.route.actor_type(), key));
        }
        let mut backoff = Backoff::of_conflicts(envelope.id.as_uuid().as_u64_pair().1);
        loop {
            let commit = match self.decided(&mut order, &mut turn).await? {
                Decided::Done(sent) => return Ok(sent),
                Decided::Store(commit) => commit,
            };
            if envelope.is_expired() {
                return Err(CommandError::Expired);
            }
            is_storing.store(true, Ordering::Relaxed);
            let answer;
            (turn, answer) = Storing::new(Arc::clone(self), turn, commit).await;
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
        order: &mut Order<'_>,
        turn: &mut Turn,
    ) -> Result<Decided, CommandError> {
        let envelope = order.envelope;
        let is_awake = turn.live.as_ref().is_some_and(|live| !live.is_stale);
        let awake = if is_awake {
            self.meters.hits.increment(1);
            Awake::Unsearched
        } else {
            // Rare and large: in a box, it does not make every command large.
            Box::pin(self.awaken(order, turn)).await?
        };
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
        if let Some(commit) = self.decide(order, &*live.fold)? {
            return Ok(Decided::Store(commit));
        }
        self.snapshotter.consider(&*live.fold, &mut live.start);
        let sent = Sent::nothing(live.fold.actor_id().clone(), live.fold.version());
        Ok(Decided::Done(sent))
    }

    /// Sees to it that the turn has a state that was the present one just now.
    async fn awaken(&self, order: &Order<'_>, turn: &mut Turn) -> Result<Awake, CommandError> {
        let envelope = order.envelope;
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
        let mut fold = order.routed.route.begin(turn.actor_id().clone());
        let wanted = match envelope.known {
            Known::Given => Wanted::Anywhere(envelope.id),
            Known::Fresh | Known::Asked(_) | Known::Marked(_) => Wanted::State,
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
        let id = envelope.id;
        let found = match &envelope.known {
            Known::Fresh => return Ok(None),
            Known::Given if !live.start.may_have(id) => return Ok(None),
            Known::Marked(mark) if live.start.sessions.is_new(mark) => return Ok(None),
            Known::Asked(mark) if live.start.sessions.is_later(mark) => return Ok(None),
            Known::Given | Known::Asked(_) => Box::pin(self.anywhere(live, id)).await,
            Known::Marked(mark) => Box::pin(self.in_session(live, id, mark)).await,
        };
        found.map_err(CommandError::Store)
    }

    /// Looks for a command in the whole history.
    async fn anywhere(&self, live: &mut Live, id: CommandId) -> Result<Option<Sent>, StoreError> {
        let (actor_id, version) = (live.fold.actor_id(), live.fold.version());
        let (found, ids) = search::anywhere(&self.store, actor_id, version, id).await?;
        if found.is_none() {
            live.start.ids = ids;
        }
        self.meters.searched(found.is_some());
        Ok(found.map(Sent::repeated))
    }

    /// Looks for a command of a session behind its cause.
    async fn in_session(
        &self,
        live: &mut Live,
        id: CommandId,
        mark: &SessionMark,
    ) -> Result<Option<Sent>, StoreError> {
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
        order: &mut Order<'_>,
        actor: &dyn Fold,
    ) -> Result<Option<Commit>, CommandError> {
        let envelope = order.envelope;
        let context = Context::new(actor.actor_id().clone(), envelope.id)
            .at(self.clock.now())
            .at_version(actor.version())
            .correlated(Some(envelope.conversation()));
        let command = envelope.outgoing.command;
        let decided = order
            .decide(actor, &context)
            .ok_or(CommandError::Unhandled { command })?
            .map_err(|err| CommandError::of(command, err))?;
        commit(decided, envelope, context)
    }

    /// Has the store store a commit, and measures how that goes.
    pub(super) async fn append(&self, commit: Commit) -> Result<Receipt, StoreError> {
        let begun = Instant::now();
        let answer = self.store.append(commit).await;
        self.meters.appended(begun.elapsed(), &answer);
        answer
    }

    /// The state with a commit of its own; none if that cannot be read.
    pub(super) fn grown(&self, mut live: Box<Live>, recorded: &Recorded) -> Option<Box<Live>> {
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
    decided: Vec<NewEvent>,
    envelope: &Envelope,
    context: Context,
) -> Result<Option<Commit>, CommandError> {
    if decided.is_empty() {
        return Ok(None);
    }
    let (actor_id, timestamp) = (context.actor_id().clone(), context.now());
    let mut version = context.version();
    let metadata = envelope.metadata(context.into_correlation_id());
    let metadata = repeat_n(metadata, decided.len());
    let events = decided.into_iter().zip(metadata).map(|(new, metadata)| {
        version = version.next();
        let NewEvent {
            event_type,
            schema_version,
            data,
        } = new;
        Event {
            id: EventId::new(),
            event_type,
            actor_id: actor_id.clone(),
            version,
            schema_version,
            data,
            metadata,
            timestamp,
        }
    });
    let commit = Commit::new(events);
    commit
        .map(Some)
        .map_err(|err| CommandError::Store(StoreError::from(err)))
}

/// Waits a while, as the runtime's clock of tasks tells it.
pub(super) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

use std::{
    future::{Future as _, poll_fn},
    iter::repeat_n,
    ops::ControlFlow,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{self, Poll},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};
use tracing::{Instrument as _, Span};

use super::{
    actors::{Actors, Cell, Live, Turn},
    backoff::Backoff,
    carried,
    command_error::CommandError,
    common_log::CommonLog,
    envelope::{Envelope, Known},
    lately::{Lately, Outcome},
    meters::Meters,
    placement::{Placement, Stay},
    projections::Inline,
    route::{Order, Routed, Routes},
    search,
    send::Sent,
    snapshots::{Fold, Loaded, Refreshed, Snapshotter, Wanted},
    storing::Storing,
    tasks::Spawner,
    trace,
};
use crate::{
    Clock, CommandId, Commit, CommitId, DynEventStore, Event, EventId, EventStore as _,
    InvalidPayload, Receipt, Recorded, SessionMark, StoreError, StoreErrorKind, Timestamp,
    domain::{Context, Given, NewEvent},
    fence::Fence,
};

/// Carries out commands: loads the actor unless it is in memory, lets the domain decide, commits;
/// again if others were faster.
pub(super) struct Engine {
    pub(super) store: DynEventStore,
    /// Its log, as followers read it.
    pub(super) log: CommonLog,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) snapshotter: Arc<Snapshotter>,
    pub(super) actors: Arc<Actors>,
    pub(super) meters: Arc<Meters>,
    pub(super) spawner: Spawner,
    pub(super) routes: Routes,
    pub(super) attempts: u32,
    /// The projections that are to have the events of a command before it is answered.
    pub(super) inline: Vec<Arc<dyn Inline>>,
    /// Where actors are, if not all of them are here.
    pub(super) placement: OnceLock<Arc<dyn Placement>>,
    /// Tells whenever something may have come here or gone.
    pub(super) moves: watch::Sender<()>,
    pub(super) lately: Lately,
}

/// What came of a command without waiting.
pub(super) enum Attempt {
    Ended(Result<Sent, CommandError>),
    /// It has to wait.
    Waits(Stage),
}

/// How far a command has come that has to wait.
pub(super) struct Stage {
    begun: Instant,
    /// Its span and where it is; none before it is known whether its actor is in this process.
    here: Option<(Span, At)>,
    /// Whether it was sent in this process, and goes wherever its actor has gone. One that another
    /// process has sent goes back to it.
    is_own: bool,
}

/// Where a command waits.
enum At {
    /// Before its actor.
    Line(Arc<Cell>),
    /// It has its turn; the actor has to be loaded, or its history to be searched.
    Turn(Turn),
    /// The store has its events.
    Storing(Storing),
}

impl Stage {
    const fn new(begun: Instant, span: Span, at: At) -> Self {
        Self {
            begun,
            here: Some((span, at)),
            is_own: true,
        }
    }

    const fn anywhere(begun: Instant) -> Self {
        Self {
            begun,
            here: None,
            is_own: true,
        }
    }

    /// That of a command of another process.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    const fn of_another(mut self) -> Self {
        self.is_own = false;
        self
    }
}

/// What there is to do for a command, now that its actor has decided.
enum Decided {
    /// Nothing more.
    Done(Sent),
    Store(Commit),
    /// To store this, which keeps the actor from whoever had it before, and then to say that.
    Fence(Commit, Result<Sent, CommandError>),
    /// To decide again, on a state that is not older than what led to the command.
    Again,
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
        self.routes.name(command)
    }

    /// Has a command carried out where its actor is; its sender may have given it as it is.
    pub(super) async fn execute(
        self: &Arc<Self>,
        envelope: &Envelope,
        mut given: Option<Given>,
    ) -> Result<Sent, CommandError> {
        let now = self.clock.now();
        let attempt = poll_fn(|context| {
            let attempt = self.attempt(envelope, &mut given, now, context);
            Poll::Ready(attempt)
        });
        match attempt.await {
            Attempt::Ended(answer) => answer,
            Attempt::Waits(mut stage) => self.go_on(envelope, &mut given, &mut stage).await,
        }
    }

    /// Carries out a command, which comes at this moment, as far as nothing has to be waited for.
    ///
    /// If the actor is in memory, nobody else's turn, and the store answers at once, that is all.
    /// It goes on from where it waits by [`Engine::go_on`].
    pub(super) fn attempt(
        self: &Arc<Self>,
        envelope: &Envelope,
        given: &mut Option<Given>,
        now: Timestamp,
        context: &mut task::Context<'_>,
    ) -> Attempt {
        let begun = Instant::now();
        if self.is_elsewhere(envelope) {
            return Attempt::Waits(Stage::anywhere(begun));
        }
        let (routed, cell) = match self.addressed(envelope) {
            Ok(addressed) => addressed,
            Err(err) => return Attempt::Ended(Err(err)),
        };
        self.attempt_here((envelope, given), (routed, cell), (begun, now), context)
    }

    /// Whether the actor of a command is in another process, as far as is known.
    fn is_elsewhere(&self, envelope: &Envelope) -> bool {
        let Some(placement) = self.placement.get() else {
            return false;
        };
        let routed = self.routes.get(envelope.outgoing.command);
        routed.is_some_and(|it| {
            let actor_type = it.route.actor_type();
            !placement.is_here(actor_type, &envelope.outgoing.key)
        })
    }

    /// The same for a command whose actor is in this process, as far as is known.
    fn attempt_here(
        self: &Arc<Self>,
        (envelope, given): (&Envelope, &mut Option<Given>),
        (routed, cell): (&Routed, Arc<Cell>),
        (begun, now): (Instant, Timestamp),
        context: &mut task::Context<'_>,
    ) -> Attempt {
        let span = trace::command(envelope, &cell.actor_id);
        // What is in a span, or waits for projections, is so from its beginning.
        if !span.is_disabled() || !self.inline.is_empty() {
            return Attempt::Waits(Stage::new(begun, span, At::Line(cell)));
        }
        let mut order = Order {
            routed,
            envelope,
            given,
            begun,
        };
        match self.first(&mut order, cell, now, context) {
            ControlFlow::Continue(at) => Attempt::Waits(Stage::new(begun, span, at)),
            ControlFlow::Break(answer) => {
                routed.meters.ended(begun.elapsed(), &answer);
                Attempt::Ended(answer)
            }
        }
    }

    /// Carries out a command that another process has sent to this one, which has its actor.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(super) async fn execute_here(
        self: &Arc<Self>,
        envelope: &Envelope,
    ) -> Result<Sent, CommandError> {
        let (routed, cell) = self.addressed(envelope)?;
        let came = (Instant::now(), self.clock.now());
        let attempt = poll_fn(|context| {
            let addressed = (routed, Arc::clone(&cell));
            let attempt = self.attempt_here((envelope, &mut None), addressed, came, context);
            Poll::Ready(attempt)
        });
        match attempt.await {
            Attempt::Ended(answer) => answer,
            Attempt::Waits(stage) => {
                let mut stage = stage.of_another();
                self.go_on(envelope, &mut None, &mut stage).await
            }
        }
    }

    /// Where a command is whose actor is in this process.
    fn here(&self, envelope: &Envelope) -> Result<(Span, At), CommandError> {
        let (_routed, cell) = self.addressed(envelope)?;
        Ok((trace::command(envelope, &cell.actor_id), At::Line(cell)))
    }

    /// What the process says that has the actor; none if it is this one.
    async fn elsewhere(
        &self,
        envelope: &Envelope,
        actor_type: &str,
    ) -> Option<Result<Sent, CommandError>> {
        let (placement, key) = (self.placement.get()?, &*envelope.outgoing.key);
        if placement.is_here(actor_type, key) {
            return None;
        }
        Some(self.asked(envelope, actor_type).await)
    }

    async fn asked(&self, envelope: &Envelope, actor_type: &str) -> Result<Sent, CommandError> {
        let placement = self.placement.get().ok_or(CommandError::Moved)?;
        let actor = (actor_type, &*envelope.outgoing.key);
        let command = envelope.outgoing.command;
        let unwritable = |err| CommandError::unwritable(command, InvalidPayload::from(err));
        let written = carried::write(&envelope.asked(placement.mark())).map_err(unwritable)?;
        let within = envelope.deadline;
        let within = within.map(|it| it.saturating_duration_since(Instant::now()));
        let answer = placement.ask(actor, written, within).await?;
        carried::read_answer(&answer, envelope, actor_type)
    }

    fn addressed(&self, envelope: &Envelope) -> Result<(&Routed, Arc<Cell>), CommandError> {
        let command = envelope.outgoing.command;
        let routed = self.routes.get(command);
        let routed = routed.ok_or(CommandError::Unhandled { command })?;
        let (actor_type, key) = (routed.route.actor_type(), &envelope.outgoing.key);
        let cell = self.actors.cell(actor_type, key);
        let cell = cell.map_err(|source| CommandError::Address { command, source })?;
        Ok((routed, cell))
    }

    /// What comes of the command, or where it has to wait.
    fn first(
        self: &Arc<Self>,
        order: &mut Order<'_>,
        cell: Arc<Cell>,
        now: Timestamp,
        context: &mut task::Context<'_>,
    ) -> ControlFlow<Result<Sent, CommandError>, At> {
        let mut turn = match self.actors.enter_at_once(cell, order.begun) {
            Ok(turn) => turn,
            Err(cell) => return ControlFlow::Continue(At::Line(cell)),
        };
        turn.keeps = order.routed.keeps;
        if self.settle(order, &mut turn).is_err() {
            return ControlFlow::Continue(At::Turn(turn));
        }
        let live = turn.live.as_mut().filter(|live| !live.is_stale);
        let is_ready = |live: &&mut Box<Live>| {
            let fence = live.start.sessions.fence();
            let may_stay = |stay: &Stay| !stay.is_over(fence) && stay.due(fence).is_none();
            self.is_new(live, order.envelope) && turn.stay.as_ref().is_none_or(may_stay)
        };
        let Some(live) = live.filter(is_ready) else {
            return ControlFlow::Continue(At::Turn(turn));
        };
        self.meters.hits.increment(1);
        let commit = match self.decide_on(order, (live, true), now) {
            Ok(Decided::Store(commit)) => commit,
            Ok(Decided::Again | Decided::Fence(..)) => {
                return ControlFlow::Continue(At::Turn(turn));
            }
            Ok(Decided::Done(sent)) => return ControlFlow::Break(Ok(sent)),
            Err(err) => return ControlFlow::Break(Err(err)),
        };
        if order.envelope.is_expired() {
            return ControlFlow::Break(Err(CommandError::Expired));
        }
        let mut storing = Storing::new(self, (turn, commit), order.envelope.is_asked());
        match Pin::new(&mut storing).poll(context) {
            Poll::Pending => ControlFlow::Continue(At::Storing(storing)),
            Poll::Ready((turn, Err(err))) if is_conflict(&err) => {
                ControlFlow::Continue(At::Storing(Storing::ended(turn, Err(err))))
            }
            Poll::Ready((_turn, answer)) => ControlFlow::Break(answer.map_err(CommandError::Store)),
        }
    }

    /// Carries out the rest of a command that had to wait. What is given to it is used up.
    pub(super) async fn go_on(
        self: &Arc<Self>,
        envelope: &Envelope,
        given: &mut Option<Given>,
        stage: &mut Stage,
    ) -> Result<Sent, CommandError> {
        // Whoever has sent it from another process looks to the time itself.
        if (envelope.deadline.is_none() || !stage.is_own)
            && let Some((_, At::Storing(storing))) = &mut stage.here
        {
            // It is in no span, and no projections wait for it.
            let (turn, answer) = (&mut *storing).await;
            if !answer.as_ref().is_err_and(is_conflict) {
                drop(turn);
                let answer = answer.map_err(CommandError::Store);
                if let Some(routed) = self.routes.get(envelope.outgoing.command) {
                    routed.meters.ended(stage.begun.elapsed(), &answer);
                }
                return answer;
            }
            *storing = Storing::ended(turn, answer);
        }
        // Rare, or slow anyway: in a box, it does not make every command large.
        let rest = Stage {
            here: stage.here.take(),
            ..*stage
        };
        Box::pin(self.go_on_anywhere(envelope, given, rest)).await
    }

    /// Carries out the rest of a command, wherever it is.
    async fn go_on_anywhere(
        self: &Arc<Self>,
        envelope: &Envelope,
        given: &mut Option<Given>,
        stage: Stage,
    ) -> Result<Sent, CommandError> {
        let command = envelope.outgoing.command;
        let routed = self.routes.get(command);
        let routed = routed.ok_or(CommandError::Unhandled { command })?;
        let Stage {
            begun,
            here,
            is_own,
        } = stage;
        let (span, at) = if let Some(here) = here {
            here
        } else {
            let elsewhere = self.elsewhere(envelope, routed.route.actor_type());
            match Box::pin(elsewhere).await {
                Some(answer) => return answer,
                None => self.here(envelope)?,
            }
        };
        trace::join(&span, envelope.traceparent.as_deref());
        // What follows from the command names its span.
        let traced = trace::traceparent(&span).map(|traceparent| envelope.in_trace(traceparent));
        let order = Order {
            routed,
            envelope: traced.as_ref().unwrap_or(envelope),
            given,
            begun,
        };
        let answer = if span.is_disabled() {
            self.in_time(order, at).await
        } else {
            Box::pin(self.in_time(order, at)).instrument(span).await
        };
        if is_own && matches!(answer, Err(CommandError::Moved)) {
            return Box::pin(self.asked(envelope, routed.route.actor_type())).await;
        }
        if let Ok(sent) = &answer {
            for inline in &self.inline {
                inline.project(sent).await;
            }
        }
        routed.meters.ended(begun.elapsed(), &answer);
        answer
    }

    /// Carries it out, or gives up when its time has run out.
    async fn in_time(self: &Arc<Self>, order: Order<'_>, at: At) -> Result<Sent, CommandError> {
        let (id, is_storing) = (order.envelope.id, AtomicBool::new(false));
        let Some(deadline) = order.envelope.deadline else {
            return self.run(order, at, &is_storing).await;
        };
        let run = Box::pin(self.run(order, at, &is_storing));
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
        at: At,
        is_storing: &AtomicBool,
    ) -> Result<Sent, CommandError> {
        let envelope = order.envelope;
        let mut backoff = Backoff::of_conflicts(envelope.id.as_uuid().as_u64_pair().1);
        let (mut turn, mut stored) = self.arrived(&order, at, is_storing).await?;
        // What is said once a fence is stored.
        let mut behind = None;
        loop {
            match stored.take() {
                None => {
                    let decided = self.decided(&mut order, &mut turn).await;
                    let commit = match decided.inspect_err(|err| self.note(envelope, Err(err)))? {
                        Decided::Done(sent) => {
                            self.note(envelope, Ok(&sent));
                            return Ok(sent);
                        }
                        Decided::Again => continue,
                        Decided::Store(commit) => commit,
                        Decided::Fence(commit, answer) => {
                            behind = Some(answer);
                            commit
                        }
                    };
                    if envelope.is_expired() {
                        return Err(CommandError::Expired);
                    }
                    let answer;
                    (turn, answer) = flagged(
                        Storing::new(self, (turn, commit), envelope.is_asked()),
                        is_storing,
                    )
                    .await;
                    stored = Some(answer);
                }
                Some(Err(source)) if is_conflict(&source) => {
                    self.meters.conflicts.increment(1);
                    behind = None;
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
                Some(Ok(stored)) => {
                    let answer = behind.map_or(Ok(stored), |answer| answer);
                    self.note(envelope, answer.as_ref());
                    return answer;
                }
                Some(Err(err)) => return Err(CommandError::Store(err)),
            }
        }
    }

    /// Waits for its turn, or for what the store says if it has decided before.
    async fn arrived(
        self: &Arc<Self>,
        order: &Order<'_>,
        at: At,
        is_storing: &AtomicBool,
    ) -> Result<(Turn, Option<Result<Sent, StoreError>>), CommandError> {
        let mut turn = match at {
            At::Line(cell) => {
                let actor_id = cell.actor_id.clone();
                let turn = self.actors.enter(cell, order.envelope.full, order.begun);
                let turn = turn.await;
                turn.map_err(|waiting| CommandError::Busy { actor_id, waiting })?
            }
            At::Turn(turn) => turn,
            At::Storing(storing) => {
                let (turn, answer) = flagged(storing, is_storing).await;
                return Ok((turn, Some(answer)));
            }
        };
        turn.keeps = order.routed.keeps;
        self.settle(order, &mut turn)?;
        Ok((turn, None))
    }

    /// Reads an actor that is to come here as the tenure of this number begins, unless it is in use.
    /// What is read counts from then on: whatever is stored after it makes the store refuse what is
    /// decided on it, and nothing is refused without another look.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(super) async fn warm(
        &self,
        actor_id: &crate::ActorId,
        tenure: u64,
    ) -> Result<(), CommandError> {
        let Some(routed) = self.routes.of_actors(actor_id.actor_type()) else {
            return Ok(());
        };
        let cell = self.actors.cell_of(actor_id);
        let Ok(mut turn) = self.actors.enter_at_once(cell, Instant::now()) else {
            return Ok(());
        };
        turn.keeps = routed.keeps;
        turn.live = None;
        let mut fold = routed.route.begin(actor_id.clone());
        let loaded = self.snapshotter.load(&mut *fold, Wanted::State).await;
        if let Loaded::Ready(start, _) = loaded.map_err(CommandError::unloaded)? {
            turn.expect(tenure);
            turn.live = Some(Box::new(Live::new(fold, start)));
        }
        Ok(())
    }

    /// Keeps the actor here for its turn, unless it was kept before, or is here anyway.
    fn settle(&self, order: &Order<'_>, turn: &mut Turn) -> Result<(), CommandError> {
        if let Some(placement) = self.placement.get().filter(|_| turn.stay.is_none()) {
            let actor_type = order.routed.route.actor_type();
            let actor = (actor_type, &*order.envelope.outgoing.key);
            let stay = Stay::begin(placement, actor, turn.actor_id());
            turn.settle(stay.ok_or(CommandError::Moved)?);
        }
        Ok(())
    }

    /// Lets the actor decide on its present state, or what is taken for it.
    async fn decided(
        &self,
        order: &mut Order<'_>,
        turn: &mut Turn,
    ) -> Result<Decided, CommandError> {
        let envelope = order.envelope;
        if envelope.is_asked()
            && let Some(outcome) = self.lately.of(envelope.id)
        {
            return outcome.map(Decided::Done);
        }
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
        let fence = live.start.sessions.fence();
        if turn.stay.as_ref().is_some_and(|stay| stay.is_over(fence)) {
            return Err(CommandError::Moved);
        }
        let due = turn.stay.as_ref().and_then(|stay| stay.due(fence));
        let now = self.clock.now();
        let decided = self.decide_on(order, (live, is_awake), now);
        match due {
            Some(fence) => fenced(&*live.fold, decided, &fence, now),
            None => decided,
        }
    }

    /// Lets the actor decide, for a command that it has not handled, on a state that was just made
    /// or, if it was awake, lies in memory.
    fn decide_on(
        &self,
        order: &mut Order<'_>,
        (live, is_awake): (&mut Live, bool),
        now: Timestamp,
    ) -> Result<Decided, CommandError> {
        let decided = decide(order, &*live.fold, now);
        let is_fresh = matches!(order.envelope.known, Known::Fresh);
        let follows = !is_fresh || self.placement.get().is_some();
        if is_awake && follows && !matches!(decided, Ok(Some(_))) {
            // A store checks what it stores, and nobody a refusal: what is in memory may be older
            // than the event that the command follows from, which another process has stored.
            live.is_stale = true;
            return Ok(Decided::Again);
        }
        if let Some(commit) = decided? {
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
            // What comes again after a crash was stored of late.
            Known::Asked(_) | Known::Marked(_) => Wanted::Near(envelope.id),
            Known::Fresh => Wanted::State,
        };
        let loaded = self.snapshotter.load(&mut *fold, wanted).await;
        self.meters.load_duration.record(begun.elapsed());
        match loaded.map_err(CommandError::unloaded)? {
            Loaded::Ready(start, near) => {
                turn.live = Some(Box::new(Live::new(fold, start)));
                Ok(match (near, wanted) {
                    (Some(recorded), _) => Awake::Found(recorded),
                    (None, Wanted::Anywhere(_)) => Awake::Searched,
                    (None, Wanted::State | Wanted::Near(_)) => Awake::Unsearched,
                })
            }
            Loaded::Found(recorded) => Ok(Awake::Found(recorded)),
        }
    }

    /// Whether it is certain, without asking anyone, that the actor has not handled the command.
    fn is_new(&self, live: &Live, envelope: &Envelope) -> bool {
        match &envelope.known {
            Known::Fresh => true,
            Known::Given => !live.start.may_have(envelope.id),
            Known::Marked(mark) => live.start.sessions.is_new(mark),
            Known::Asked(mark) => {
                live.start.sessions.is_later(mark) && !self.lately.knows(envelope.id)
            }
        }
    }

    /// Remembers that a command of another process has no effect, if that is what came of it.
    fn note(&self, envelope: &Envelope, answer: Result<&Sent, &CommandError>) {
        let outcome = match (&envelope.known, answer) {
            (Known::Asked(_), Ok(sent)) if sent.position.is_none() => {
                Outcome::Nothing(sent.actor_id.clone(), sent.version)
            }
            (Known::Asked(_), Err(CommandError::Refused(refusal))) => {
                Outcome::Refused(refusal.to_string())
            }
            _ => return,
        };
        self.lately.note(envelope.id, outcome);
    }

    /// What came of the command, if the actor has handled it before.
    async fn before(
        &self,
        live: &mut Live,
        envelope: &Envelope,
    ) -> Result<Option<Sent>, CommandError> {
        if self.is_new(live, envelope) {
            return Ok(None);
        }
        let id = envelope.id;
        let found = match &envelope.known {
            Known::Fresh => return Ok(None),
            Known::Given | Known::Asked(_) => Box::pin(self.anywhere(live, id)).await,
            Known::Marked(mark) => Box::pin(self.in_session(live, id, mark)).await,
        };
        found.map_err(CommandError::Store)
    }

    /// Looks for a command in the whole history.
    async fn anywhere(&self, live: &mut Live, id: CommandId) -> Result<Option<Sent>, StoreError> {
        let (actor_id, version) = (live.fold.actor_id(), live.fold.version());
        let begun = Instant::now();
        let (found, ids) = search::anywhere(&self.store, actor_id, version, id).await?;
        let (took, is_found) = (begun.elapsed(), found.is_some());
        tracing::debug!(actor = %actor_id, %version, ?took, is_found, "a history was searched");
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

/// What is decided for an actor that was taken from another process, which may not know it: the
/// fence is stored with it. If nothing is, it is stored before that is said, for the same command
/// may lie with that process, and take its effect there.
fn fenced(
    actor: &dyn Fold,
    decided: Result<Decided, CommandError>,
    fence: &Fence,
    now: Timestamp,
) -> Result<Decided, CommandError> {
    match decided {
        Ok(Decided::Store(commit)) => Ok(Decided::Store(commit.fenced(fence))),
        Ok(Decided::Again | Decided::Fence(..)) => decided,
        Ok(Decided::Done(_)) | Err(_) => {
            let alone = fence.commit(actor.actor_id().clone(), actor.version(), now);
            let alone = alone.map_err(|err| CommandError::Store(StoreError::from(err)))?;
            let answer = decided.map(|_nothing| {
                let version = actor.version().next();
                Sent::nothing(actor.actor_id().clone(), version)
            });
            Ok(Decided::Fence(alone, answer))
        }
    }
}

fn is_conflict(err: &StoreError) -> bool {
    err.kind() == StoreErrorKind::Conflict
}

/// Says, as long as it is so, that something is being stored.
async fn flagged(storing: Storing, is_storing: &AtomicBool) -> (Turn, Result<Sent, StoreError>) {
    is_storing.store(true, Ordering::Relaxed);
    let ended = storing.await;
    is_storing.store(false, Ordering::Relaxed);
    ended
}

fn decide(
    order: &mut Order<'_>,
    actor: &dyn Fold,
    now: Timestamp,
) -> Result<Option<Commit>, CommandError> {
    let envelope = order.envelope;
    let context = Context::new(actor.actor_id().clone(), envelope.id)
        .at(now)
        .at_version(actor.version())
        .correlated(Some(envelope.conversation()));
    let command = envelope.outgoing.command;
    let decided = order
        .decide(actor, &context)
        .ok_or(CommandError::Unhandled { command })?
        .map_err(|err| CommandError::of(command, err))?;
    commit(decided, envelope, context)
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
    let (mut version, timestamp) = (context.version(), context.now());
    let (actor_id, correlation_id) = context.into_parts();
    let metadata = envelope.metadata(correlation_id);
    let metadata = repeat_n(metadata, decided.len());
    let events = decided.into_iter().zip(metadata).map(|(new, metadata)| {
        version = version.next();
        let NewEvent {
            event_type,
            schema_version,
            data,
        } = new;
        Event {
            id: EventId::new_at(timestamp),
            event_type,
            actor_id: actor_id.clone(),
            version,
            schema_version,
            data,
            metadata,
            timestamp,
        }
    });
    let commit = Commit::identified(CommitId::new_at(timestamp), events.collect());
    commit
        .map(Some)
        .map_err(|err| CommandError::Store(StoreError::from(err)))
}

/// Waits a while, as the runtime's clock of tasks tells it.
pub(super) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

use std::{future::Future, sync::Arc, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{
    backoff::Backoff,
    carry_out::Effect,
    common_log::{CommonLog, Followed},
    duty::Duty,
    engine::pause,
    meters::FollowerMeters,
    parking::{Failed, Lot, Orders, announce},
    retries::Retries,
    status::{FollowerState, FollowerStatus, ParkedStatus},
    trace,
};
use crate::{
    ActorId, Checkpoint, CheckpointStore as _, Clock, DynEventStore, EventStoreExt as _, Position,
    Recorded, StoreError, StoreErrorKind, store::Span,
};

/// What a follower does with each commit of the log.
pub(super) trait Consumer: Send + Sync + 'static {
    /// Does its work for one commit.
    ///
    /// It is not interrupted, and it is called again with the same commit after
    /// [`Failure::Retry`].
    fn take(&mut self, recorded: &Recorded) -> impl Future<Output = Result<Done, Failure>> + Send;
}

/// What was done for a commit.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// How many commands the domain refused.
    pub(super) refused: u64,
    /// Whether a command has left nothing in the log, so that it would be decided on again if it
    /// came again.
    pub(super) is_traceless: bool,
}

impl Done {
    /// A command was carried out.
    pub(super) fn add(&mut self, effect: Effect) {
        self.refused += u64::from(effect == Effect::Refused);
        self.is_traceless |= effect != Effect::Stored;
    }
}

/// Why the work for a commit was not done.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something is out of reach that all commits need: try again, skip nothing.
    Retry(String),
    /// This commit was not handled, and may be another time.
    Fail(String),
    /// This commit cannot be handled at all.
    Halt(String),
}

/// A task that follows the log from a position, commit by commit.
pub(super) struct Follower<C> {
    pub(super) consumer: C,
    /// Whether its work is for this process.
    pub(super) duty: Duty,
    pub(super) store: DynEventStore,
    pub(super) log: CommonLog,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) status: watch::Sender<FollowerStatus>,
    /// The name its checkpoint is kept under; none if it begins at the start each time.
    pub(super) checkpoint: Option<String>,
    pub(super) saved: Position,
    /// Before when no checkpoint is kept only because the log is at its end.
    pub(super) save_after: Instant,
    /// What it has parked; none if it can park nothing.
    pub(super) lot: Option<Lot>,
    pub(super) meters: FollowerMeters,
    pub(super) retries: Retries,
}

/// Why a follower let go of the log.
enum End {
    Stopped,
    Halted(String),
    Lost(String),
    /// The work is for another process now.
    Elsewhere,
}

impl<C: Consumer> Follower<C> {
    /// How many positions a checkpoint may trail behind under load.
    const CHECKPOINT_EVERY: u64 = 256;
    /// How long the next checkpoint may wait at the end of the log: where events come one by one,
    /// each would cost a question more.
    const REST: Duration = Duration::from_millis(100);
    /// The same after one that could not be kept.
    const REST_OF_FAILURE: Duration = Duration::from_secs(5);

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut backoff = self.retries.backoff();
        loop {
            if !self.duty.is_ours() && !self.stand_by(&stop, &mut backoff).await {
                break;
            }
            let log = self.log.follow(self.position());
            match self.follow(log, &stop, &mut backoff).await {
                End::Stopped => break,
                End::Halted(reason) => {
                    tracing::error!(follower = self.name(), %reason, "halted");
                    self.meters.halted();
                    self.set_state(FollowerState::Halted { reason });
                    // Its status stays readable until the runtime ends.
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => break,
                        () = self.duty.ends() => {}
                    }
                }
                End::Elsewhere => self.save_checkpoint().await,
                End::Lost(reason) => {
                    if !self.wait(reason, &stop, &mut backoff).await {
                        break;
                    }
                }
            }
        }
        self.save_checkpoint().await;
    }

    /// Leaves the work to another process until it is for this one, and goes on from where the
    /// other one was; false, if the runtime ends.
    async fn stand_by(&mut self, stop: &CancellationToken, backoff: &mut Backoff) -> bool {
        self.set_state(FollowerState::Elsewhere);
        tokio::select! {
            biased;
            () = stop.cancelled() => return false,
            () = self.duty.begins() => {}
        }
        while let Err(err) = self.reopen().await {
            if !self.wait(chain(&err), stop, backoff).await {
                return false;
            }
        }
        self.set_state(FollowerState::Running);
        true
    }

    /// Takes up what was kept last, by whichever process.
    async fn reopen(&mut self) -> Result<(), StoreError> {
        let Some(reader) = self.checkpoint.as_deref() else {
            return Ok(());
        };
        let kept = self.store.checkpoint(reader).await?;
        let lot = self.lot.as_ref().map(|lot| lot.reopened(&kept));
        self.lot = lot.transpose()?;
        self.saved = kept.position;
        self.status
            .send_modify(|status| status.position = kept.position);
        self.tell_parked();
        Ok(())
    }

    async fn follow(
        &mut self,
        mut log: Followed,
        stop: &CancellationToken,
        backoff: &mut Backoff,
    ) -> End {
        loop {
            if !self.duty.is_ours() {
                return End::Elsewhere;
            }
            let next_parked = self.work_on_parked(stop).await;
            let next = match log.next().now_or_never() {
                Some(_) if stop.is_cancelled() => return End::Stopped,
                Some(next) => next,
                None => {
                    // What is parked is told at once.
                    if self.has_parked_anew() {
                        self.save_checkpoint().await;
                    }
                    let save = self.save_at();
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return End::Stopped,
                        () = self.duty.ends() => return End::Elsewhere,
                        () = until(next_parked) => continue,
                        next = log.next() => next,
                        () = until(save) => {
                            self.save_checkpoint().await;
                            continue;
                        }
                    }
                }
            };
            let recorded = match next {
                Some(Ok(recorded)) => recorded,
                Some(Err(err)) => return lost(&err),
                None => return End::Lost("the log ended".to_owned()),
            };
            if let Err(end) = self.take(&recorded, stop, backoff).await {
                return end;
            }
        }
    }

    /// Does the work for a commit, however often that has to be tried.
    async fn take(
        &mut self,
        recorded: &Recorded,
        stop: &CancellationToken,
        backoff: &mut Backoff,
    ) -> Result<(), End> {
        let is_traceless = loop {
            let reason = match self.try_take(recorded).await? {
                Ok(done) => {
                    backoff.reset();
                    self.advance(recorded.position, &done);
                    break done.is_traceless;
                }
                Err(reason) => reason,
            };
            if !self.wait(reason, stop, backoff).await {
                return Err(End::Stopped);
            }
            if !self.duty.is_ours() {
                return Err(End::Elsewhere);
            }
            // It may be that which makes room.
            self.work_on_parked(stop).await;
            self.save_checkpoint().await;
        };
        let unsaved = recorded.position.as_u64() - self.saved.as_u64();
        if is_traceless || unsaved >= Self::CHECKPOINT_EVERY {
            self.save_checkpoint().await;
        }
        Ok(())
    }

    /// Does the work for a commit, or parks it; why not, if it is to be tried again.
    async fn try_take(&mut self, recorded: &Recorded) -> Result<Result<Done, String>, End> {
        let (actor, position) = (recorded.commit.actor_id(), recorded.position);
        if let Some(lot) = &mut self.lot
            && lot.holds(actor)
        {
            let is_queued = lot.queue(actor, position);
            return Ok(is_queued.then(Done::default).ok_or_else(no_room));
        }
        let parks = self.lot.as_ref().is_some_and(Lot::parks);
        let span = self.span(recorded);
        let (reason, for_good) = match self.consumer.take(recorded).instrument(span).await {
            Ok(done) => return Ok(Ok(done)),
            Err(Failure::Retry(reason)) => return Ok(Err(reason)),
            Err(Failure::Fail(reason)) if !parks => return Ok(Err(reason)),
            Err(Failure::Halt(reason)) if !parks => return Err(End::Halted(reason)),
            Err(Failure::Fail(reason)) => (reason, false),
            Err(Failure::Halt(reason)) => (reason, true),
        };
        let failed = Failed {
            actor,
            position,
            reason,
            for_good,
        };
        Ok(self.park(failed).await.map(|()| Done::default()))
    }

    async fn park(&mut self, failed: Failed<'_>) -> Result<(), String> {
        let (name, now) = (self.name(), self.clock.now());
        let (Some(lot), Some(reader)) = (&mut self.lot, self.checkpoint.as_deref()) else {
            return Err(failed.reason);
        };
        if lot.is_full() {
            return Err(no_room());
        }
        let announced = announce(&self.store, reader).await;
        announced.map_err(|err| chain(&err))?;
        let orders = Orders::read(&self.store, reader).await;
        let orders = orders.map_err(|err| chain(&err))?;
        let (actor, position, reason) = (failed.actor, failed.position, &failed.reason);
        tracing::error!(follower = name, %actor, %position, reason, "parked");
        lot.park(&failed, &orders, now);
        self.tell_parked();
        Ok(())
    }

    /// Tries what is parked and due, and does what was ordered; says when to look again.
    async fn work_on_parked(&mut self, stop: &CancellationToken) -> Option<Instant> {
        self.lot.as_ref()?.next()?;
        self.look_for_orders().await;
        while let Some((actor, position)) = self.lot.as_ref()?.due(Instant::now()) {
            if stop.is_cancelled() {
                break;
            }
            self.try_parked(&actor, position).await;
            self.tell_parked();
        }
        self.lot.as_ref()?.next()
    }

    async fn look_for_orders(&mut self) {
        let is_to_look = |lot: &&mut Lot| lot.is_to_look(Instant::now());
        let (Some(lot), Some(reader)) = (
            self.lot.as_mut().filter(is_to_look),
            self.checkpoint.as_deref(),
        ) else {
            return;
        };
        match Orders::read(&self.store, reader).await {
            Ok(orders) => lot.follow(&orders),
            Err(err) => {
                tracing::warn!(reader, error = %err, "orders cannot be read");
                lot.look_later();
            }
        }
        self.tell_parked();
    }

    /// Does the work for a commit that is parked.
    async fn try_parked(&mut self, actor: &ActorId, position: Position) {
        let (outcome, for_good) = match self.read(position).await {
            Ok(recorded) => match self.take_parked(&recorded).await {
                Ok(done) => (Ok(done), false),
                Err(Failure::Retry(reason)) => {
                    tracing::warn!(follower = self.name(), %reason, "retrying what is parked");
                    return self.lot.iter_mut().for_each(|lot| lot.postpone(actor));
                }
                Err(Failure::Fail(reason)) => (Err(reason), false),
                Err(Failure::Halt(reason)) => (Err(reason), true),
            },
            Err(err) if err.kind() == StoreErrorKind::Unavailable => {
                tracing::warn!(follower = self.name(), error = %err, "retrying what is parked");
                return self.lot.iter_mut().for_each(|lot| lot.postpone(actor));
            }
            Err(err) => (Err(chain(&err)), true),
        };
        let Some(lot) = &mut self.lot else {
            return;
        };
        match outcome {
            Ok(done) => {
                lot.pass(actor);
                self.meters.refused.increment(done.refused);
                self.status
                    .send_modify(|status| status.refused += done.refused);
                if done.is_traceless {
                    self.save_checkpoint().await;
                }
            }
            Err(reason) => lot.fail(&Failed {
                actor,
                position,
                reason,
                for_good,
            }),
        }
    }

    async fn take_parked(&mut self, recorded: &Recorded) -> Result<Done, Failure> {
        let span = self.span(recorded);
        self.consumer.take(recorded).instrument(span).await
    }

    /// The span of the work for a commit that is part of a trace.
    fn span(&self, recorded: &Recorded) -> tracing::Span {
        let kind = self.status.borrow().kind.as_str();
        let span = trace::following((self.name(), kind), recorded, Position::START);
        span.unwrap_or_else(tracing::Span::none)
    }

    /// The commit at a position.
    async fn read(&self, position: Position) -> Result<Recorded, StoreError> {
        let part = Span::after(Position::new(position.as_u64().saturating_sub(1))).until(position);
        let mut commits = Box::pin(self.store.commits(part));
        let gone = || {
            let text = "the commit that was parked is not in the log any more";
            StoreError::new(StoreErrorKind::Corrupt, text).at(position)
        };
        commits.next().await.ok_or_else(gone)?
    }

    fn tell_parked(&self) {
        let parked = self.lot.as_ref().map(ParkedStatus::of).unwrap_or_default();
        self.status.send_if_modified(|status| {
            let is_changed = status.parked != parked;
            status.parked = parked;
            is_changed
        });
    }

    /// Waits before the next attempt; says whether there is to be one.
    async fn wait(&self, reason: String, stop: &CancellationToken, backoff: &mut Backoff) -> bool {
        let pausing = pause(backoff.next());
        let attempts = backoff.attempts();
        self.meters.retries.increment(1);
        tracing::warn!(follower = self.name(), attempts, %reason, "retrying");
        self.set_state(FollowerState::Retrying { attempts, reason });
        tokio::select! {
            biased;
            () = stop.cancelled() => false,
            () = pausing => true,
        }
    }

    fn advance(&self, position: Position, done: &Done) {
        self.meters.reached(position);
        self.meters.refused.increment(done.refused);
        self.status.send_modify(|status| {
            status.position = position;
            status.refused += done.refused;
            status.state = FollowerState::Running;
        });
    }

    fn set_state(&self, state: FollowerState) {
        self.status.send_modify(|status| status.state = state);
    }

    fn position(&self) -> Position {
        self.status.borrow().position
    }

    fn name(&self) -> &'static str {
        self.status.borrow().name
    }

    /// When to keep how far it has come, if no more comes; none if that is kept.
    fn save_at(&self) -> Option<Instant> {
        self.has_come_on().then_some(self.save_after)
    }

    fn has_come_on(&self) -> bool {
        let is_further = self.position() > self.saved;
        self.checkpoint.is_some() && (is_further || self.has_parked_anew())
    }

    fn has_parked_anew(&self) -> bool {
        self.lot.as_ref().is_some_and(Lot::is_changed)
    }

    /// Keeps how far it has come. If that fails nothing is lost: after a restart it begins
    /// further back, and an actor that has handled a command does nothing when it comes again.
    async fn save_checkpoint(&mut self) {
        let position = self.position();
        let has_come_on = self.has_come_on();
        let Some(reader) = self.checkpoint.as_deref().filter(|_| has_come_on) else {
            return;
        };
        let state = self.lot.as_ref().map(Lot::state).transpose();
        let saved = match state {
            Ok(state) => {
                let state = state.flatten();
                let checkpoint = Checkpoint { position, state };
                self.store.save_checkpoint(reader, checkpoint).await
            }
            Err(err) => Err(err),
        };
        let rest = if saved.is_ok() {
            Self::REST
        } else {
            Self::REST_OF_FAILURE
        };
        self.save_after = Instant::now() + rest;
        match saved {
            Ok(()) => {
                self.saved = position;
                self.lot.iter_mut().for_each(Lot::is_kept);
            }
            Err(err) => tracing::warn!(reader, %position, error = %err, "checkpoint not saved"),
        }
    }
}

/// Waits until a moment; for ever, if there is none.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Says that nothing more can be parked.
fn no_room() -> String {
    "as much is parked as may be: retry or discard some of it".to_owned()
}

/// An unreachable log is followed again; an unreadable one is not.
fn lost(err: &StoreError) -> End {
    use crate::StoreErrorKind::{
        Conflict, Corrupt, InDoubt, Invalid, Misconfigured, TooLarge, Unavailable,
    };
    let reason = chain(err);
    match err.kind() {
        Unavailable | InDoubt | Conflict => End::Lost(reason),
        Corrupt | Misconfigured | TooLarge | Invalid => End::Halted(reason),
    }
}

/// An error and what lay behind it, in one line.
pub(super) fn chain(err: &(dyn std::error::Error + 'static)) -> String {
    let sources = std::iter::successors(err.source(), |err| err.source());
    sources.fold(err.to_string(), |text, source| format!("{text}: {source}"))
}

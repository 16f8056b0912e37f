use std::{future::Future, pin::Pin};

use futures_core::Stream;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    backoff::Backoff,
    carry_out::Effect,
    engine::pause,
    meters::FollowerMeters,
    status::{FollowerState, FollowerStatus},
};
use crate::{CheckpointStore as _, DynEventStore, EventStore as _, Position, Recorded, StoreError};

/// What a follower does with each commit of the log.
pub(super) trait Consumer: Send + Sync + 'static {
    /// Does its work for one commit.
    ///
    /// It is not interrupted, and it is called again with the same commit after
    /// [`Failure::Retry`].
    fn take(&mut self, recorded: &Recorded) -> impl Future<Output = Result<Done, Failure>> + Send;

    /// Lets go of all it has made of the log, which ends at `head` now, before it is given the log
    /// from its start.
    fn begin(&mut self, _head: Position) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// What was done for a commit.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// How many commands the domain refused.
    pub(super) refused: u64,
    /// Whether a command has left nothing in the log, so that it would be decided on again if it
    /// came again.
    pub(super) is_traceless: bool,
    /// Whether what was made of the log so far must not be kept, so that it has to be given again
    /// from its start.
    pub(super) anew: bool,
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
    /// Something is out of reach: try again, skip nothing.
    Retry(String),
    /// It will fail each time: stand still before it.
    Halt(String),
}

/// A task that follows the log from a position, commit by commit.
pub(super) struct Follower<C> {
    pub(super) consumer: C,
    pub(super) store: DynEventStore,
    pub(super) status: watch::Sender<FollowerStatus>,
    /// The name its checkpoint is kept under; none if it begins at the start each time.
    pub(super) checkpoint: Option<String>,
    pub(super) saved: Position,
    pub(super) meters: FollowerMeters,
}

type Log = Pin<Box<dyn Stream<Item = Result<Recorded, StoreError>> + Send>>;

/// Why a follower let go of the log.
enum End {
    Stopped,
    Halted(String),
    Lost(String),
    Anew,
}

impl<C: Consumer> Follower<C> {
    /// How many positions a checkpoint may trail behind under load.
    const CHECKPOINT_EVERY: u64 = 256;

    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut backoff = Backoff::of_outages(0);
        let mut anew = self.checkpoint.is_none();
        loop {
            if anew && let Err(reason) = self.begin().await {
                if self.wait(reason, &stop, &mut backoff).await {
                    continue;
                }
                break;
            }
            anew = false;
            let log: Log = Box::pin(self.store.follow(self.position()));
            match self.follow(log, &stop, &mut backoff).await {
                End::Stopped => break,
                End::Anew => anew = true,
                End::Halted(reason) => {
                    tracing::error!(follower = self.name(), %reason, "halted");
                    self.meters.halted();
                    self.set_state(FollowerState::Halted { reason });
                    // Its status stays readable until the runtime ends.
                    stop.cancelled().await;
                    break;
                }
                End::Lost(reason) => {
                    if !self.wait(reason, &stop, &mut backoff).await {
                        break;
                    }
                }
            }
        }
        self.save_checkpoint().await;
    }

    async fn follow(
        &mut self,
        mut log: Log,
        stop: &CancellationToken,
        backoff: &mut Backoff,
    ) -> End {
        loop {
            let next = match log.next().now_or_never() {
                Some(_) if stop.is_cancelled() => return End::Stopped,
                Some(next) => next,
                None => {
                    self.save_checkpoint().await;
                    tokio::select! {
                        () = stop.cancelled() => return End::Stopped,
                        next = log.next() => next,
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
            match self.consumer.take(recorded).await {
                Ok(Done { anew: true, .. }) => return Err(End::Anew),
                Ok(done) => {
                    backoff.reset();
                    self.advance(recorded.position, &done);
                    break done.is_traceless;
                }
                Err(Failure::Halt(reason)) => return Err(End::Halted(reason)),
                Err(Failure::Retry(reason)) => {
                    if !self.wait(reason, stop, backoff).await {
                        return Err(End::Stopped);
                    }
                }
            }
        };
        let unsaved = recorded.position.as_u64() - self.saved.as_u64();
        if is_traceless || unsaved >= Self::CHECKPOINT_EVERY {
            self.save_checkpoint().await;
        }
        Ok(())
    }

    /// Goes back to the start of the log.
    async fn begin(&mut self) -> Result<(), String> {
        let head = self.store.head().await.map_err(|err| chain(&err))?;
        self.consumer.begin(head).await;
        self.status
            .send_modify(|status| status.position = Position::START);
        Ok(())
    }

    /// Waits before the next attempt; says whether there is to be one.
    async fn wait(&self, reason: String, stop: &CancellationToken, backoff: &mut Backoff) -> bool {
        let pausing = pause(backoff.next());
        let attempts = backoff.attempts();
        self.meters.retries.increment(1);
        tracing::warn!(follower = self.name(), attempts, %reason, "retrying");
        self.set_state(FollowerState::Retrying { attempts, reason });
        tokio::select! {
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

    /// Keeps how far it has come. If that fails nothing is lost: after a restart it begins
    /// further back, and an actor that has handled a command does nothing when it comes again.
    async fn save_checkpoint(&mut self) {
        let position = self.position();
        let Some(reader) = self.checkpoint.as_deref().filter(|_| position > self.saved) else {
            return;
        };
        match self.store.save_checkpoint(reader, position.into()).await {
            Ok(()) => self.saved = position,
            Err(err) => tracing::warn!(reader, %position, error = %err, "checkpoint not saved"),
        }
    }
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

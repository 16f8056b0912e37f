use std::{future::Future, pin::Pin, sync::Arc};

use futures_core::Stream;
use futures_util::StreamExt as _;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    Control,
    live::{Status, reach},
};
use crate::{
    DynEventStore, EventStore as _, Position, Recorded, StoreError, StoreErrorKind,
    runtime::{
        backoff::Backoff,
        common_log::CommonLog,
        engine::pause,
        follower::chain,
        meters::FollowerMeters,
        status::{FollowerKind, FollowerState},
        trace,
    },
};

/// How many commits are applied at once, at most.
const AT_ONCE: usize = 256;

/// What is made of the log, wherever it is kept.
pub(super) trait Target: Send + Sync + 'static {
    /// Says where to go on in the log; the first time, and whenever the log has to be read from
    /// elsewhere.
    fn open(&mut self) -> impl Future<Output = Result<Position, Stop>> + Send;

    /// Applies commits that follow each other, except those that were applied before; says how
    /// far it is. It is not interrupted.
    fn take(
        &mut self,
        commits: Vec<Recorded>,
    ) -> impl Future<Output = Result<Position, Stop>> + Send;

    /// When there is something to be kept; none if there is nothing.
    fn due(&self) -> Option<Instant>;

    /// Keeps what has not been kept yet.
    fn keep(&mut self) -> impl Future<Output = ()> + Send;
}

/// Why something does not go on as it did.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something is out of reach: try again, skip nothing.
    Retry(String),
    /// There is something that it cannot get past.
    Halt(String),
    /// Open again: what there is now is not what it was.
    Open,
}

impl Stop {
    /// What is out of reach may be back; what is wrong stays wrong.
    pub(super) fn of(err: &StoreError) -> Self {
        use StoreErrorKind::{
            Conflict, Corrupt, InDoubt, Invalid, Misconfigured, TooLarge, Unavailable,
        };
        let reason = chain(err);
        match err.kind() {
            Unavailable | InDoubt | Conflict => Self::Retry(reason),
            Corrupt | Misconfigured | TooLarge | Invalid => Self::Halt(reason),
        }
    }
}

type Pieces = Pin<Box<dyn Stream<Item = Vec<Result<Recorded, StoreError>>> + Send>>;

/// The log after a position, in pieces: as much as is there, up to a limit.
pub(super) struct Log(Pieces);

impl Log {
    /// As it is read for this alone.
    pub(super) fn after(store: &DynEventStore, position: Position) -> Self {
        Self(Box::pin(store.follow(position).ready_chunks(AT_ONCE)))
    }

    /// As it is read for all followers.
    fn common(log: &CommonLog, position: Position) -> Self {
        Self(Box::pin(log.follow(position).ready_chunks(AT_ONCE)))
    }

    /// The next piece, and why it is the last one if it is.
    ///
    /// Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> (Vec<Recorded>, Option<Stop>) {
        let Some(piece) = self.0.next().await else {
            return (Vec::new(), Some(Stop::Retry("the log ended".to_owned())));
        };
        let mut commits = Vec::with_capacity(piece.len());
        for item in piece {
            match item {
                Ok(recorded) => commits.push(recorded),
                Err(err) => return (commits, Some(Stop::of(&err))),
            }
        }
        (commits, None)
    }
}

/// A task that follows the log and hands it to a target.
pub(super) struct Following<T> {
    pub(super) target: T,
    pub(super) store: DynEventStore,
    pub(super) log: CommonLog,
    pub(super) status: Arc<Status>,
    pub(super) control: Arc<Control>,
    pub(super) meters: FollowerMeters,
}

enum End {
    Stopped,
    Because(Stop),
}

impl<T: Target> Following<T> {
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut backoff = Backoff::of_outages(0);
        let mut replaced = self.control.current.subscribe();
        loop {
            match self.follow(&stop, &mut backoff, &mut replaced).await {
                End::Stopped => break,
                End::Because(Stop::Open) => {}
                End::Because(Stop::Retry(reason)) => {
                    if !self.wait(reason, &stop, &mut backoff).await {
                        break;
                    }
                }
                End::Because(Stop::Halt(reason)) => {
                    if !self.halted(reason, &stop, &mut replaced).await {
                        break;
                    }
                }
            }
        }
        self.target.keep().await;
    }

    async fn follow(
        &mut self,
        stop: &CancellationToken,
        backoff: &mut Backoff,
        replaced: &mut watch::Receiver<Option<u64>>,
    ) -> End {
        let opened = tokio::select! {
            biased;
            () = stop.cancelled() => return End::Stopped,
            opened = self.target.open() => opened,
        };
        let position = match opened {
            Ok(position) => position,
            Err(why) => return End::Because(why),
        };
        replaced.mark_unchanged();
        self.opened(position);
        let untraced = match self.untraced(position).await {
            Ok(untraced) => untraced,
            Err(err) => return End::Because(Stop::of(&err)),
        };
        let mut log = Log::common(&self.log, position);
        loop {
            let (commits, end) = tokio::select! {
                biased;
                () = stop.cancelled() => return End::Stopped,
                // It cannot fail: `control` has the other end.
                _ = replaced.changed() => return End::Because(Stop::Open),
                () = until(self.target.due()) => {
                    self.target.keep().await;
                    continue;
                }
                piece = log.next() => piece,
            };
            if !commits.is_empty() {
                let kind = FollowerKind::Projection.as_str();
                let of = (self.control.name, kind);
                let spans = commits.iter();
                let spans = spans.filter_map(|it| trace::following(of, it, untraced));
                let spans: Vec<_> = spans.collect();
                match self.target.take(commits).await {
                    Ok(position) => {
                        backoff.reset();
                        self.reached(position);
                    }
                    Err(why) => return End::Because(why),
                }
                drop(spans);
            }
            if let Some(why) = end {
                return End::Because(why);
            }
        }
    }

    /// Up to where nothing is part of traces: what is built anew was traced when it happened.
    async fn untraced(&self, position: Position) -> Result<Position, StoreError> {
        match position {
            Position::START => self.store.head().await,
            _ => Ok(Position::START),
        }
    }

    /// Goes on from here, which may lie further back than it was.
    fn opened(&self, position: Position) {
        self.meters.going();
        self.meters.reached(position);
        self.status.send_modify(|status| {
            status.position = position;
            status.state = FollowerState::Running;
        });
    }

    fn reached(&self, position: Position) {
        self.meters.reached(position);
        if self.status.borrow().state != FollowerState::Running {
            self.set_state(FollowerState::Running);
        }
        reach(&self.status, position);
    }

    /// Stands still until its state is replaced; says whether it was.
    async fn halted(
        &self,
        reason: String,
        stop: &CancellationToken,
        replaced: &mut watch::Receiver<Option<u64>>,
    ) -> bool {
        tracing::error!(follower = self.control.name, %reason, "halted");
        self.meters.halted();
        self.set_state(FollowerState::Halted { reason });
        tokio::select! {
            biased;
            () = stop.cancelled() => false,
            _ = replaced.changed() => true,
        }
    }

    /// Waits before the next attempt; says whether there is to be one.
    async fn wait(&self, reason: String, stop: &CancellationToken, backoff: &mut Backoff) -> bool {
        let pausing = pause(backoff.next());
        let attempts = backoff.attempts();
        self.meters.retries.increment(1);
        tracing::warn!(follower = self.control.name, attempts, %reason, "retrying");
        self.set_state(FollowerState::Retrying { attempts, reason });
        tokio::select! {
            biased;
            () = stop.cancelled() => false,
            () = pausing => true,
        }
    }

    fn set_state(&self, state: FollowerState) {
        self.status.send_modify(|status| status.state = state);
    }
}

/// Waits until a moment; for ever, if there is none.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

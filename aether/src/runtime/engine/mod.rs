//! Carries out commands: `at_once` as far as nothing has to be waited for, `going_on` from there;
//! `deciding` is what both do with an actor that has its turn.

mod addressing;
mod at_once;
mod awaking;
mod deciding;
mod going_on;
#[cfg(all(feature = "cluster", feature = "nats"))]
mod handing_over;
mod repetition;
mod stage;

use std::{
    future::poll_fn,
    sync::{Arc, OnceLock},
    task::Poll,
    time::Duration,
};

use tokio::{sync::watch, time::Instant};

pub(super) use self::stage::{Attempt, Stage};
use super::{
    actors::{Actors, Live},
    command_error::CommandError,
    common_log::CommonLog,
    envelope::Envelope,
    heard::Heard,
    lately::Lately,
    meters::Meters,
    placement::Placement,
    projections::Inline,
    route::Routes,
    send::Sent,
    snapshots::Snapshotter,
    tasks::Spawner,
};
use crate::{
    Clock, Commit, DynEventStore, EventStore as _, Receipt, Recorded, StoreError, StoreErrorKind,
    domain::Given,
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
    /// How far the log had come, by what others have answered.
    pub(super) heard: Heard,
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

    /// Carries out a command that another process has sent to this one, which has its actor.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(super) async fn execute_here(
        self: &Arc<Self>,
        envelope: &Envelope,
    ) -> Result<Sent, CommandError> {
        let came = (Instant::now(), self.clock.now());
        let mut addressed = Some(self.addressed(envelope, came.0)?);
        let attempt = poll_fn(|context| {
            let Some(addressed) = addressed.take() else {
                return Poll::Pending;
            };
            Poll::Ready(self.attempt_here((envelope, &mut None), addressed, came, context))
        });
        match attempt.await {
            Attempt::Ended(answer) => answer,
            Attempt::Waits(stage) => {
                let mut stage = stage.of_another();
                self.go_on(envelope, &mut None, &mut stage).await
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
    pub(super) fn grown(&self, mut live: Box<Live>, recorded: &Recorded) -> Option<Box<Live>> {
        let actor = recorded.commit.actor_id();
        if let Err(error) = live.grow(recorded) {
            tracing::error!(%actor, %error, "what was just stored cannot be read");
            return None;
        }
        self.snapshotter
            .consider(actor, &live.fold, &mut live.start);
        Some(live)
    }
}

fn is_conflict(err: &StoreError) -> bool {
    err.kind() == StoreErrorKind::Conflict
}

/// Waits a while, as the runtime's clock of tasks tells it.
pub(super) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

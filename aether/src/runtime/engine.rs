use std::{collections::HashMap, sync::Arc, time::Duration};

use super::{
    actor_locks::ActorLocks,
    backoff::Backoff,
    command_error::CommandError,
    envelope::Envelope,
    route::{Actor, Route},
    send::Sent,
    snapshots::{Loaded, Snapshotter},
};
use crate::{
    ActorId, Clock, Commit, DynEventStore, Event, EventStore as _, InvalidCommit, Receipt,
    Recorded, StoreError, StoreErrorKind, Version,
    domain::{Context, NewEvent},
};

/// Carries out commands: loads, lets the domain decide, commits; again if others were faster.
pub(super) struct Engine {
    pub(super) store: DynEventStore,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) snapshotter: Arc<Snapshotter>,
    pub(super) routes: HashMap<&'static str, Box<dyn Route>>,
    pub(super) locks: ActorLocks,
    pub(super) attempts: u32,
}

impl Engine {
    /// The name of a command as the route knows it, if there is one.
    pub(super) fn known(&self, command: &str) -> Option<&'static str> {
        self.routes.get_key_value(command).map(|(known, _)| *known)
    }

    pub(super) async fn execute(&self, envelope: &Envelope) -> Result<Sent, CommandError> {
        let command = envelope.outgoing.command;
        let route = self
            .routes
            .get(command)
            .ok_or(CommandError::Unhandled { command })?;
        let actor_id = ActorId::of(route.actor_type(), &envelope.outgoing.key)
            .map_err(|source| CommandError::Address { command, source })?;
        let _turn = self.locks.lock(&actor_id).await;
        let mut backoff = Backoff::of_conflicts(envelope.id.as_uuid().as_u64_pair().1);
        loop {
            match self.attempt(&**route, &actor_id, envelope).await {
                Err(CommandError::Store(source)) if source.kind() == StoreErrorKind::Conflict => {
                    let wait = backoff.next();
                    if backoff.attempts() >= self.attempts {
                        let attempts = backoff.attempts();
                        return Err(CommandError::Conflict { attempts, source });
                    }
                    pause(wait).await;
                }
                answer => return answer,
            }
        }
    }

    async fn attempt(
        &self,
        route: &dyn Route,
        actor_id: &ActorId,
        envelope: &Envelope,
    ) -> Result<Sent, CommandError> {
        let mut actor = route.begin(actor_id.clone());
        let loaded = self
            .snapshotter
            .load(actor.folding(), envelope.wanted())
            .await;
        let start = match loaded.map_err(CommandError::unloaded)? {
            Loaded::Ready(start) => start,
            Loaded::Found(recorded) => return Ok(Sent::repeated(recorded)),
        };
        let version = actor.folded().version();
        let decided = self.decide(&*actor, envelope);
        let Some(commit) = decided? else {
            self.snapshotter.consider(actor.into_folded(), &start, None);
            return Ok(Sent::nothing(actor_id.clone(), version));
        };
        let events = commit.events().to_vec();
        let is_due = self
            .snapshotter
            .is_due(actor.folded(), &start, commit.version());
        let kept = is_due.then(|| commit.clone());
        let receipt = self
            .store
            .append(commit)
            .await
            .map_err(CommandError::Store)?;
        let Receipt { position, version } = receipt;
        if let Some(commit) = kept {
            let then = Recorded { position, commit };
            self.snapshotter
                .consider(actor.into_folded(), &start, Some(then));
        }
        Ok(Sent::stored(actor_id.clone(), version, position, events))
    }

    fn decide(
        &self,
        actor: &dyn Actor,
        envelope: &Envelope,
    ) -> Result<Option<Commit>, CommandError> {
        let (actor_id, version) = (actor.folded().actor_id(), actor.folded().version());
        let context = Context::new(actor_id.clone(), envelope.id)
            .at(self.clock.now())
            .at_version(version)
            .correlated(envelope.metadata().correlation_id);
        let decided = actor
            .decide(&envelope.outgoing.data, &context)
            .map_err(|err| CommandError::of(envelope.outgoing.command, err))?;
        commit(actor_id, version, decided, envelope, &context)
    }
}

/// What was decided on, as a commit; none if it is nothing.
fn commit(
    actor_id: &ActorId,
    version: Version,
    decided: Vec<NewEvent>,
    envelope: &Envelope,
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
            .with_metadata(envelope.metadata())
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

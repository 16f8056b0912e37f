use std::{collections::HashMap, sync::Arc, time::Duration};

use super::{
    actor_locks::ActorLocks,
    backoff::Backoff,
    command_error::CommandError,
    envelope::Envelope,
    route::{Actor, Route},
    send::Sent,
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
    pub(super) routes: HashMap<&'static str, Box<dyn Route>>,
    pub(super) locks: ActorLocks,
    pub(super) attempts: u32,
}

/// What is known of an actor before a command is decided on.
enum Loaded {
    /// It has not handled the command yet.
    Ready(Box<dyn Actor>),
    /// It has handled the command before; these are the commits that came of it.
    Repeated(Recorded),
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
        let actor = match self.load(route, actor_id, envelope).await? {
            Loaded::Ready(actor) => actor,
            Loaded::Repeated(recorded) => return Ok(Sent::repeated(recorded)),
        };
        let command = envelope.outgoing.command;
        let context = Context::new(actor_id.clone(), envelope.id)
            .at(self.clock.now())
            .at_version(actor.version())
            .correlated(envelope.metadata().correlation_id);
        let decided = actor
            .decide(&envelope.outgoing.data, &context)
            .map_err(|err| CommandError::of(command, err))?;
        let Some(commit) = commit(actor_id, actor.version(), decided, envelope, &context)? else {
            return Ok(Sent::nothing(actor_id.clone(), actor.version()));
        };
        let events = commit.events().to_vec();
        let receipt = self
            .store
            .append(commit)
            .await
            .map_err(CommandError::Store)?;
        let Receipt { position, version } = receipt;
        Ok(Sent::stored(actor_id.clone(), version, position, events))
    }

    async fn load(
        &self,
        route: &dyn Route,
        actor_id: &ActorId,
        envelope: &Envelope,
    ) -> Result<Loaded, CommandError> {
        let mut actor = route.begin(actor_id.clone());
        loop {
            let page = self
                .store
                .read(actor_id, actor.version())
                .await
                .map_err(CommandError::Store)?;
            for recorded in page.commits {
                if recorded.commit.command_id() == Some(envelope.id) {
                    return Ok(Loaded::Repeated(recorded));
                }
                actor.apply(&recorded)?;
            }
            if !page.more {
                return Ok(Loaded::Ready(actor));
            }
        }
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

use std::iter::repeat_n;

use super::{Engine, awaking::Awake};
use crate::{
    ActorId, Commit, CommitId, Event, EventId, StoreError, Timestamp, Version,
    domain::{Context, NewEvent},
    fence::Fence,
    runtime::{
        actors::{Live, Turn},
        command_error::CommandError,
        envelope::{Envelope, Known},
        route::Order,
        send::Sent,
        snapshots::Fold,
    },
};

/// What there is to do for a command, now that its actor has decided.
pub(super) enum Decided {
    /// Nothing more.
    Done(Sent),
    Store(Commit),
    /// To store this, which keeps the actor from whoever had it before, and then to say that.
    Fence(Commit, Result<Sent, CommandError>),
    /// To decide again, on a state that is not older than what led to the command.
    Again,
}

impl Engine {
    /// Lets the actor decide on its present state, or what is taken for it.
    pub(super) async fn decided(
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
        let is_awake = turn.live.as_ref().is_some_and(|live| !live.start.is_stale);
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
        let actor_id = &turn.actor_id;
        let Some(live) = &mut turn.live else {
            let command = envelope.outgoing.command;
            return Err(CommandError::Unhandled { command });
        };
        let is_new = matches!(awake, Awake::Searched);
        if !is_new && let Some(sent) = self.before((actor_id, live), envelope).await? {
            return Ok(Decided::Done(sent));
        }
        let fence = live.start.sessions().fence();
        if turn.stay.as_ref().is_some_and(|stay| stay.is_over(fence)) {
            return Err(CommandError::Moved);
        }
        let due = turn.stay.as_ref().and_then(|stay| stay.due(fence));
        let now = self.clock.now();
        let decided = self.decide_on(order, (actor_id, live, is_awake), now);
        match due {
            Some(fence) => fenced((actor_id, live.fold.version()), decided, &fence, now),
            None => self.confirmed(turn, decided).await,
        }
    }

    /// What was decided, if that is for this process to say. What is stored a server refuses, if it
    /// is not; what stores nothing, nobody.
    async fn confirmed(
        &self,
        turn: &Turn,
        decided: Result<Decided, CommandError>,
    ) -> Result<Decided, CommandError> {
        let stores_nothing = matches!(decided, Ok(Decided::Done(_)) | Err(_));
        if stores_nothing
            && let Some(stay) = &turn.stay
            && !stay.confirm().await
        {
            return Err(CommandError::Moved);
        }
        decided
    }

    /// Lets the actor decide, for a command that it has not handled, on a state that was just made
    /// or, if it was awake, lies in memory.
    pub(super) fn decide_on(
        &self,
        order: &mut Order<'_>,
        (actor_id, live, is_awake): (&ActorId, &mut Live, bool),
        now: Timestamp,
    ) -> Result<Decided, CommandError> {
        let decided = decide(order, (actor_id, &live.fold), now);
        let is_fresh = matches!(order.envelope.known, Known::Fresh);
        let follows = !is_fresh || self.placement.get().is_some();
        if is_awake && follows && !matches!(decided, Ok(Some(_))) {
            // A store checks what it stores, and nobody a refusal: what is in memory may be older
            // than the event that the command follows from, which another process has stored.
            live.start.is_stale = true;
            return Ok(Decided::Again);
        }
        if let Some(commit) = decided? {
            return Ok(Decided::Store(commit));
        }
        self.snapshotter
            .consider(actor_id, &live.fold, &mut live.start);
        let sent = Sent::nothing(actor_id.clone(), live.fold.version());
        Ok(Decided::Done(sent))
    }
}

/// What is decided for an actor that was taken from another process, which may not know it: the
/// fence is stored with it. If nothing is, it is stored before that is said, for the same command
/// may lie with that process, and take its effect there.
fn fenced(
    (actor_id, version): (&ActorId, Version),
    decided: Result<Decided, CommandError>,
    fence: &Fence,
    now: Timestamp,
) -> Result<Decided, CommandError> {
    match decided {
        Ok(Decided::Store(commit)) => Ok(Decided::Store(commit.fenced(fence))),
        Ok(Decided::Again | Decided::Fence(..)) => decided,
        Ok(Decided::Done(_)) | Err(_) => {
            let alone = fence.commit(actor_id.clone(), version, now);
            let alone = alone.map_err(|err| CommandError::Store(StoreError::from(err)))?;
            let answer = decided.map(|_nothing| Sent::nothing(actor_id.clone(), version.next()));
            Ok(Decided::Fence(alone, answer))
        }
    }
}

fn decide(
    order: &mut Order<'_>,
    (actor_id, actor): (&ActorId, &dyn Fold),
    now: Timestamp,
) -> Result<Option<Commit>, CommandError> {
    let envelope = order.envelope;
    let context = Context::new(actor_id.clone(), envelope.id)
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

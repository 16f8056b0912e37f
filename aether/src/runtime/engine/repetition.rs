use tokio::time::Instant;

use super::Engine;
use crate::{
    ActorId, CommandId, EventStore as _, Position, SessionMark, StoreError,
    runtime::{
        actors::Live,
        command_error::CommandError,
        envelope::{Envelope, Known},
        lately::Outcome,
        search,
        send::Sent,
    },
    session::Effect,
};

impl Engine {
    /// Whether it is certain, without asking anyone, that the actor has not handled the command.
    pub(super) fn is_new(&self, live: &Live, envelope: &Envelope) -> bool {
        match &envelope.known {
            Known::Fresh => true,
            Known::Given => !live.start.may_have(envelope.id),
            Known::Marked(mark) => live.start.sessions().is_new(mark),
            Known::Asked(mark, _) => {
                let effect = live.start.sessions().effect(mark);
                effect == Effect::None && !self.lately.knows(envelope.id)
            }
        }
    }

    /// Remembers that a command of another process has no effect, if that is what came of it.
    pub(super) fn note(&self, envelope: &Envelope, answer: Result<&Sent, &CommandError>) {
        let outcome = match (&envelope.known, answer) {
            (Known::Asked(..), Ok(sent)) if sent.position.is_none() => {
                Outcome::Nothing(sent.actor_id.clone(), sent.version)
            }
            (Known::Asked(..), Err(CommandError::Refused(refusal))) => {
                Outcome::Refused(refusal.to_string())
            }
            _ => return,
        };
        self.lately.note(envelope.id, outcome);
    }

    /// What came of the command, if the actor has handled it before.
    pub(super) async fn before(
        &self,
        (actor_id, live): (&ActorId, &mut Live),
        envelope: &Envelope,
    ) -> Result<Option<Sent>, CommandError> {
        if self.is_new(live, envelope) {
            return Ok(None);
        }
        let id = envelope.id;
        let found = match &envelope.known {
            Known::Fresh => return Ok(None),
            Known::Given => Box::pin(self.anywhere((actor_id, live), id)).await,
            Known::Asked(mark, place) => {
                Box::pin(self.asked_before((actor_id, live), id, (mark, *place))).await
            }
            Known::Marked(mark) => Box::pin(self.in_session((actor_id, live), id, mark)).await,
        };
        found.map_err(CommandError::Store)
    }

    /// Looks for a command that a process asked for: where it has had its effect, if that is known,
    /// and otherwise behind what that process knew to be stored when it asked.
    async fn asked_before(
        &self,
        (actor_id, live): (&ActorId, &mut Live),
        id: CommandId,
        (mark, place): (&SessionMark, Position),
    ) -> Result<Option<Sent>, StoreError> {
        match live.start.sessions().effect(mark) {
            Effect::None => return Ok(None),
            Effect::Behind(expected) => {
                let page = self.store.read(actor_id, expected).await?;
                let first = page.commits.into_iter().next();
                // A replica may not have it yet.
                if let Some(found) = first.filter(|it| it.commit.command_id() == Some(id)) {
                    self.meters.searched(true);
                    return Ok(Some(Sent::repeated(found)));
                }
            }
            Effect::Unknown => {}
        }
        if place == Position::START {
            return self.anywhere((actor_id, live), id).await;
        }
        let (version, begun) = (live.fold.version(), Instant::now());
        let found = search::back_to(&self.store, actor_id, version, place, id).await?;
        let (took, is_found) = (begun.elapsed(), found.is_some());
        tracing::debug!(actor = %actor_id, %version, %place, ?took, is_found, "a history was searched");
        self.meters.searched(is_found);
        Ok(found.map(Sent::repeated))
    }

    /// Looks for a command in the whole history.
    async fn anywhere(
        &self,
        (actor_id, live): (&ActorId, &mut Live),
        id: CommandId,
    ) -> Result<Option<Sent>, StoreError> {
        let (version, begun) = (live.fold.version(), Instant::now());
        let (found, ids) = search::anywhere(&self.store, actor_id, version, id).await?;
        let (took, is_found) = (begun.elapsed(), found.is_some());
        tracing::debug!(actor = %actor_id, %version, ?took, is_found, "a history was searched");
        if found.is_none() {
            live.start.know(ids);
        }
        self.meters.searched(found.is_some());
        Ok(found.map(Sent::repeated))
    }

    /// Looks for a command of a session behind its cause.
    async fn in_session(
        &self,
        (actor_id, live): (&ActorId, &mut Live),
        id: CommandId,
        mark: &SessionMark,
    ) -> Result<Option<Sent>, StoreError> {
        let since = mark.sequence.position;
        let version = live.fold.version();
        let recent = live.start.take_recent().filter(|it| it.reaches(since));
        let recent = match recent {
            Some(recent) => recent,
            None => search::since(&self.store, actor_id, version, since).await?,
        };
        let found = recent.commit(id);
        self.meters.searched(found.is_some());
        let sent = found.map(|receipt| Sent::done(actor_id.clone(), receipt));
        live.start.know_recent(recent);
        Ok(sent)
    }
}

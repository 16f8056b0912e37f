use std::sync::Arc;

use tokio::time::Instant;
use tracing::Span;

use super::{Engine, stage::At};
use crate::{
    InvalidPayload,
    runtime::{
        actors::{Entered, Turn},
        carried,
        command_error::CommandError,
        envelope::Envelope,
        placement::Stay,
        route::{Order, Routed},
        send::Sent,
        trace,
    },
};

impl Engine {
    /// Whether the actor of a command is in another process, as far as is known.
    pub(super) fn is_elsewhere(&self, envelope: &Envelope) -> bool {
        let Some(placement) = self.placement.get() else {
            return false;
        };
        let routed = self.routes.get(envelope.outgoing.command);
        routed.is_some_and(|it| {
            let actor_type = it.route.actor_type();
            !placement.is_here(actor_type, &envelope.outgoing.key)
        })
    }

    /// Where a command is whose actor is in this process.
    pub(super) fn here(self: &Arc<Self>, envelope: &Envelope) -> Result<(Span, At), CommandError> {
        let (_routed, entered) = self.addressed(envelope, Instant::now())?;
        let span = trace::command(envelope, entered.actor_id());
        Ok((span, At::from(entered)))
    }

    /// What the process says that has the actor; none if it is this one.
    pub(super) async fn elsewhere(
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

    pub(super) async fn asked(
        &self,
        envelope: &Envelope,
        actor_type: &str,
    ) -> Result<Sent, CommandError> {
        let placement = self.placement.get().ok_or(CommandError::Moved)?;
        let actor = (actor_type, &*envelope.outgoing.key);
        let command = envelope.outgoing.command;
        let unwritable = |err| CommandError::unwritable(command, InvalidPayload::from(err));
        let asked = envelope.asked(placement.mark(), self.heard.place());
        let written = carried::write(&asked).map_err(unwritable)?;
        let within = envelope.deadline;
        let within = within.map(|it| it.saturating_duration_since(Instant::now()));
        let answer = placement.ask(actor, written, within).await?;
        let answer = carried::read_answer(&answer, envelope, actor_type);
        if let Some(place) = answer.as_ref().ok().and_then(|sent| sent.position) {
            self.heard.note(place);
        }
        answer
    }

    /// The actor of a command, which came at this moment: its turn, if it is nobody else's.
    pub(super) fn addressed(
        self: &Arc<Self>,
        envelope: &Envelope,
        came: Instant,
    ) -> Result<(&Routed, Entered), CommandError> {
        let command = envelope.outgoing.command;
        let routed = self.routes.get(command);
        let routed = routed.ok_or(CommandError::Unhandled { command })?;
        let actor = (routed.route.actor_type(), &*envelope.outgoing.key);
        let entered = self.actors.enter_at_once(actor, came);
        let entered = entered.map_err(|source| CommandError::Address { command, source })?;
        Ok((routed, entered))
    }

    /// Keeps the actor here for its turn, unless it was kept before, or is here anyway.
    pub(super) fn settle(&self, order: &Order<'_>, turn: &mut Turn) -> Result<(), CommandError> {
        if let Some(placement) = self.placement.get().filter(|_| turn.stay.is_none()) {
            let actor_type = order.routed.route.actor_type();
            let actor = (actor_type, &*order.envelope.outgoing.key);
            let stay = Stay::begin(placement, actor, &turn.actor_id);
            turn.settle(stay.ok_or(CommandError::Moved)?);
        }
        Ok(())
    }
}

use std::sync::Arc;

use bytes::Bytes;
use tokio::time::Instant;

pub(crate) mod handed_over;

use crate::{ActorId, ActorSnapshot};

use super::{carried, command_error::CommandError, handle::Aether, placement::Placement};

/// What came of a command that another process has sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CarriedOut {
    Answer(Bytes),
    /// Nothing was done: another process has the actor.
    Moved,
    /// Nothing was done: the runtime is shut down.
    Stopped,
}

/// What a cluster needs of a runtime.
impl Aether {
    /// Has commands carried out where their actors are by this placement from now on; false, if it
    /// has one already.
    pub(crate) fn place(&self, placement: Arc<dyn Placement>) -> bool {
        let is_placed = self.0.engine.placement.set(placement).is_ok();
        self.moved();
        is_placed
    }

    /// Has it look again which followers are for this process.
    pub(crate) fn moved(&self) {
        self.0.engine.moves.send_replace(());
    }

    /// Whether there is a placement.
    pub(crate) fn is_placed(&self) -> bool {
        self.0.engine.placement.get().is_some()
    }

    /// What there is to say of actors that go elsewhere: see
    /// [`ShardHandler::hand_over`](crate::cluster::nats::ShardHandler::hand_over).
    pub(crate) fn hand_over(&self, actors: &[ActorId]) -> Option<Bytes> {
        handed_over::write(actors, |actor| self.0.engine.hand_over(actor))
    }

    /// Makes an actor ready that is to come here as the tenure of this number begins: see
    /// [`ShardHandler::warm`](crate::cluster::nats::ShardHandler::warm).
    pub(crate) async fn warm(
        &self,
        actor_id: &ActorId,
        snapshot: Option<ActorSnapshot>,
        tenure: u64,
    ) {
        let _begun = self.0.tasks.begin();
        if self.0.tasks.is_stopped() {
            return;
        }
        if let Err(error) = self.0.engine.warm(actor_id, snapshot, tenure).await {
            tracing::debug!(%actor_id, %error, "an actor that is to come cannot be read yet");
        }
    }

    /// Carries out a command that another process has written, and writes what comes of it.
    pub(crate) async fn carry_out(&self, written: &[u8], deadline: Instant) -> CarriedOut {
        let _begun = self.0.tasks.begin();
        if self.0.tasks.is_stopped() {
            return CarriedOut::Stopped;
        }
        let engine = &self.0.engine;
        let envelope = carried::read(written, deadline, |command| engine.known(command));
        let Some(envelope) = envelope else {
            return CarriedOut::Answer(carried::unreadable());
        };
        match engine.execute_here(&envelope).await {
            Err(CommandError::Moved) => CarriedOut::Moved,
            answer => CarriedOut::Answer(carried::write_answer(answer)),
        }
    }
}

#[cfg(test)]
mod tests;

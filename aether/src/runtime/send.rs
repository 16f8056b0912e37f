use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use super::{command_error::CommandError, envelope::Envelope, handle::Aether};
use crate::{
    ActorId, CommandId, Event, InvalidPayload, Position, Recorded, Version, domain::Outgoing,
};

/// A command about to be sent: `.await` it.
///
/// # Cancel safety
/// Not cancel safe: if the future is dropped, the command may or may not have taken effect. Send
/// it again with the same [`SendCommand::with_id`] to know.
#[derive(Debug)]
#[must_use = "a command is sent when it is awaited"]
pub struct SendCommand<'a> {
    aether: &'a Aether,
    command: &'static str,
    envelope: Result<Envelope, InvalidPayload>,
}

impl<'a> SendCommand<'a> {
    pub(super) fn new(
        aether: &'a Aether,
        command: &'static str,
        outgoing: Result<Outgoing, InvalidPayload>,
    ) -> Self {
        Self {
            aether,
            command,
            envelope: outgoing.map(Envelope::new),
        }
    }

    /// Sends it under an id that the caller knows: an actor that has handled it before does
    /// nothing, and the answer is the one of the first time.
    ///
    /// The whole history of the actor is searched for the id, however long ago it was handled: a
    /// [snapshot](super::SnapshotPolicy) spares that only to commands without such an id.
    pub fn with_id(self, id: CommandId) -> Self {
        self.change(|envelope| (envelope.id, envelope.is_fresh) = (id, false))
    }

    /// Sends it as part of a conversation.
    pub fn correlated(self, correlation_id: impl Into<String>) -> Self {
        self.change(|envelope| envelope.correlation_id = Some(correlation_id.into()))
    }

    /// Sends it as part of a trace, as W3C Trace Context writes it.
    pub fn traced(self, traceparent: impl Into<String>) -> Self {
        self.change(|envelope| envelope.traceparent = Some(traceparent.into()))
    }

    fn change(mut self, change: impl FnOnce(&mut Envelope)) -> Self {
        if let Ok(envelope) = &mut self.envelope {
            change(envelope);
        }
        self
    }
}

impl<'a> IntoFuture for SendCommand<'a> {
    type Output = Result<Sent, CommandError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self {
            aether,
            command,
            envelope,
        } = self;
        Box::pin(async move {
            let envelope = envelope.map_err(|err| CommandError::unwritable(command, err))?;
            aether.execute(&envelope).await
        })
    }
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sent {
    /// The actor that handled it.
    pub actor_id: ActorId,
    /// The version that the actor was at after it.
    pub version: Version,
    /// The place of its commit in the log; none if it gave no event.
    pub position: Option<Position>,
    /// Its events, as they are stored.
    pub events: Vec<Event>,
    /// Whether the actor had handled it before, so that nothing was done this time.
    pub repeated: bool,
}

impl Sent {
    pub(super) const fn nothing(actor_id: ActorId, version: Version) -> Self {
        Self {
            actor_id,
            version,
            position: None,
            events: Vec::new(),
            repeated: false,
        }
    }

    pub(super) const fn stored(
        actor_id: ActorId,
        version: Version,
        position: Position,
        events: Vec<Event>,
    ) -> Self {
        Self {
            actor_id,
            version,
            position: Some(position),
            events,
            repeated: false,
        }
    }

    pub(super) fn repeated(recorded: Recorded) -> Self {
        let Recorded { position, commit } = recorded;
        Self {
            actor_id: commit.actor_id().clone(),
            version: commit.version(),
            position: Some(position),
            events: commit.into_events(),
            repeated: true,
        }
    }
}

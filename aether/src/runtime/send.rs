use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    actors::Full,
    command_error::{CommandError, ReadError},
    driven::Driven,
    envelope::{Envelope, Known},
    handle::Aether,
};
use crate::{
    ActorId, CommandId, Event, InvalidPayload, Position, Receipt, Recorded, StoreError,
    StoreErrorKind, Version,
    domain::{Given, Outgoing, Projection},
};

/// A command about to be sent: `.await` it.
///
/// Once it has been polled it goes on by itself: a sender that looks after something else first
/// holds up nobody.
///
/// # Cancel safety
/// If the future is dropped before the events of the command are being stored, nothing has
/// happened: it gives up its place in the line before the actor. What is being stored is carried
/// through by a task, for which [`Aether::shutdown`] waits. Which of the two it was shows when the
/// command is sent again with the same [`SendCommand::with_id`].
#[derive(Debug)]
#[must_use = "a command is sent when it is awaited"]
pub struct SendCommand<'a> {
    aether: &'a Aether,
    command: &'static str,
    envelope: Result<Envelope, InvalidPayload>,
    given: Given,
    /// The projections that are to have its events.
    projections: Vec<Result<usize, ReadError>>,
}

/// A command on its way: what awaits a [`SendCommand`].
#[must_use = "a command is sent when it is awaited"]
pub struct Sending<'a>(Way<'a>);

enum Way<'a> {
    New(SendCommand<'a>),
    Begun(Driven<Answer>, Following<'a>),
    Projecting(Pin<Box<dyn Future<Output = Answer> + Send + 'a>>),
    Done,
}

type Answer = Result<Sent, CommandError>;

/// The projections that a command waits for.
struct Following<'a> {
    aether: &'a Aether,
    projections: Vec<Result<usize, ReadError>>,
}

impl<'a> SendCommand<'a> {
    pub(super) fn new(
        aether: &'a Aether,
        command: &'static str,
        outgoing: Result<Outgoing, InvalidPayload>,
        given: Given,
    ) -> Self {
        Self {
            aether,
            command,
            envelope: outgoing.map(Envelope::new),
            given,
            projections: Vec::new(),
        }
    }

    /// Sends it under an id that the caller knows: an actor that has handled it before does
    /// nothing, and the answer is the one of the first time.
    ///
    /// The whole history of the actor is searched for the id, however long ago it was handled: a
    /// [snapshot](super::SnapshotPolicy) spares that only to commands without such an id. While an
    /// actor with no more than 256 commits is in memory, its ids are, from the first search on.
    pub fn with_id(self, id: CommandId) -> Self {
        self.change(|envelope| (envelope.id, envelope.known) = (id, Known::Given))
    }

    /// Sends it as part of a conversation.
    pub fn correlated(self, correlation_id: impl Into<String>) -> Self {
        self.change(|envelope| envelope.correlation_id = Some(correlation_id.into()))
    }

    /// Sends it as part of a trace, as W3C Trace Context writes it.
    pub fn traced(self, traceparent: impl Into<String>) -> Self {
        self.change(|envelope| envelope.traceparent = Some(traceparent.into()))
    }

    /// Gives it so much time, from now on: to wait for its turn, to load the actor, to decide and
    /// to store.
    ///
    /// If the time runs out before its events are being stored, that is
    /// [`CommandError::Expired`]: nothing has happened and nothing will. If it runs out later,
    /// that is [`CommandError::Overdue`], and they are stored all the same.
    pub fn within(self, duration: Duration) -> Self {
        let deadline = Instant::now() + duration;
        self.change(|envelope| envelope.deadline = Some(deadline))
    }

    /// Does not wait if the actor's [mailbox](super::ActorOptions::mailbox) is full: that is
    /// [`CommandError::Busy`] then.
    pub fn or_busy(self) -> Self {
        self.change(|envelope| envelope.full = Full::Refuse)
    }

    /// Is answered only when a projection has its events, so that whoever reads it then finds
    /// them; may be said of several.
    ///
    /// The time given by [`SendCommand::within`] does not cover that. If the projection halts,
    /// that is [`CommandError::Unprojected`], and the events are stored.
    pub fn wait_for<P: Projection>(mut self) -> Self {
        self.projections.push(self.aether.follower_of::<P>());
        self
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
    type IntoFuture = Sending<'a>;

    fn into_future(self) -> Sending<'a> {
        Sending(Way::New(self))
    }
}

impl<'a> SendCommand<'a> {
    fn begin(self) -> Result<Way<'a>, CommandError> {
        let unwritable = |err| CommandError::unwritable(self.command, err);
        let envelope = self.envelope.map_err(unwritable)?;
        let (aether, projections) = (self.aether, self.projections);
        let driven = aether.execute(envelope, self.given)?;
        let following = Following {
            aether,
            projections,
        };
        Ok(Way::Begun(driven, following))
    }
}

impl Following<'_> {
    /// Waits until the projections have what came of the command.
    async fn wait(self, sent: Sent) -> Answer {
        let position = sent.position.unwrap_or_default();
        for projection in self.projections {
            let reached = match projection {
                Ok(projection) => self.aether.projected(projection, position).await,
                Err(err) => Err(err),
            };
            if let Err(source) = reached {
                let sent = Box::new(sent);
                return Err(CommandError::Unprojected { sent, source });
            }
        }
        Ok(sent)
    }
}

impl Future for Sending<'_> {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        loop {
            self.0 = match std::mem::replace(&mut self.0, Way::Done) {
                Way::New(command) => match command.begin() {
                    Ok(begun) => begun,
                    Err(err) => return Poll::Ready(Err(err)),
                },
                Way::Begun(mut driven, following) => {
                    let Poll::Ready(ended) = Pin::new(&mut driven).poll(context) else {
                        self.0 = Way::Begun(driven, following);
                        return Poll::Pending;
                    };
                    let answer = ended.unwrap_or_else(|| Err(CommandError::Store(cut_off())));
                    match answer {
                        Ok(sent) if !following.projections.is_empty() => {
                            Way::Projecting(Box::pin(following.wait(sent)))
                        }
                        answer => return Poll::Ready(answer),
                    }
                }
                Way::Projecting(mut waiting) => {
                    let polled = waiting.as_mut().poll(context);
                    if polled.is_pending() {
                        self.0 = Way::Projecting(waiting);
                    }
                    return polled;
                }
                Way::Done => return Poll::Pending,
            };
        }
    }
}

/// Tokio was shut down under a command.
fn cut_off() -> StoreError {
    let text = "it is not known whether the events of the command are stored: \
                the tokio runtime is shut down";
    StoreError::new(StoreErrorKind::InDoubt, text)
}

impl fmt::Debug for Sending<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Way::New(command) => command.fmt(f),
            Way::Begun(..) | Way::Projecting(_) | Way::Done => {
                f.debug_struct("Sending").finish_non_exhaustive()
            }
        }
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

    /// A command of a follower, which does not ask for the events that it gave before.
    pub(super) const fn done(actor_id: ActorId, receipt: Receipt) -> Self {
        Self {
            actor_id,
            version: receipt.version,
            position: Some(receipt.position),
            events: Vec::new(),
            repeated: true,
        }
    }

    pub(super) fn stored(recorded: Recorded) -> Self {
        Self {
            repeated: false,
            ..Self::repeated(recorded)
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

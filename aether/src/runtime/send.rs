use std::{
    fmt,
    future::{Future, IntoFuture, ready},
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::Instant;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::{
    actors::Full,
    command_error::{CommandError, ReadError},
    driven::Driven,
    engine::Stage,
    envelope::{Envelope, Known},
    handle::{Aether, Attempted},
};
use crate::{
    ActorId, CommandId, Commit, Event, InvalidPayload, Position, Receipt, Recorded, StoreError,
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
    following: Following<'a>,
    parcel: Parcel,
}

/// A command on its way: what awaits a [`SendCommand`].
#[must_use = "a command is sent when it is awaited"]
pub struct Sending<'a> {
    following: Following<'a>,
    way: Way<'a>,
}

/// A command with all that goes with it.
#[derive(Debug)]
struct Parcel {
    command: &'static str,
    envelope: Result<Envelope, InvalidPayload>,
    /// The command as it was made, until it is decided on.
    given: Option<Given>,
}

enum Way<'a> {
    New(Parcel),
    Begun(Driven<Answer>),
    Projecting(Pin<Box<dyn Future<Output = Answer> + Send + 'a>>),
    Done,
}

type Answer = Result<Sent, CommandError>;

/// The projections that a command waits for.
#[derive(Debug)]
struct Following<'a> {
    aether: &'a Aether,
    /// The projections that are to have its events.
    projections: Vec<Result<usize, ReadError>>,
}

impl<'a> SendCommand<'a> {
    pub(super) fn new(
        aether: &'a Aether,
        command: &'static str,
        outgoing: Result<Outgoing, InvalidPayload>,
        given: Given,
    ) -> Self {
        let projections = Vec::new();
        Self {
            following: Following {
                aether,
                projections,
            },
            parcel: Parcel {
                command,
                envelope: outgoing.map(Envelope::new),
                given: Some(given),
            },
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
        let follower = self.following.aether.follower_of::<P>();
        self.following.projections.push(follower);
        self
    }

    fn change(mut self, change: impl FnOnce(&mut Envelope)) -> Self {
        if let Ok(envelope) = &mut self.parcel.envelope {
            change(envelope);
        }
        self
    }
}

impl<'a> IntoFuture for SendCommand<'a> {
    type Output = Result<Sent, CommandError>;
    type IntoFuture = Sending<'a>;

    fn into_future(self) -> Sending<'a> {
        Sending {
            following: self.following,
            way: Way::New(self.parcel),
        }
    }
}

impl Parcel {
    /// Carries it out as far as nothing has to be waited for; none if it cannot be written.
    fn attempt(&mut self, aether: &Aether, context: &mut Context<'_>) -> Option<Attempted> {
        let envelope = self.envelope.as_mut().ok()?;
        Some(aether.attempt(envelope, &mut self.given, context))
    }

    /// What it is when it was attempted and has to wait.
    fn on_its_way<'a>(self, aether: &Aether, waits: Option<(Stage, TaskTrackerToken)>) -> Way<'a> {
        let unwritable = |err| CommandError::unwritable(self.command, err);
        match (self.envelope.map_err(unwritable), waits) {
            (Ok(envelope), Some(waits)) => Way::Begun(aether.go_on(envelope, self.given, waits)),
            (Ok(_), None) => Way::Done,
            (Err(err), _) => Way::Projecting(Box::pin(ready(Err(err)))),
        }
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

impl Sending<'_> {
    /// What came of the command, or none if it goes on.
    fn advance(&mut self, context: &mut Context<'_>) -> Poll<Option<Answer>> {
        let waits = match &mut self.way {
            Way::New(parcel) => match parcel.attempt(self.following.aether, context) {
                Some(Attempted::Ended(answer)) => return Poll::Ready(Some(answer)),
                Some(Attempted::Waits(stage, begun)) => Some((stage, begun)),
                None => None,
            },
            Way::Begun(driven) => {
                let ended = ready!(Pin::new(driven).poll(context));
                let cut_off = || Err(CommandError::Store(cut_off()));
                return Poll::Ready(Some(ended.unwrap_or_else(cut_off)));
            }
            Way::Projecting(waiting) => return waiting.as_mut().poll(context).map(Some),
            Way::Done => return Poll::Pending,
        };
        if let Way::New(parcel) = mem::replace(&mut self.way, Way::Done) {
            self.way = parcel.on_its_way(self.following.aether, waits);
        }
        Poll::Ready(None)
    }
}

impl Future for Sending<'_> {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        loop {
            let Some(answer) = ready!(self.advance(context)) else {
                continue;
            };
            self.way = Way::Done;
            match answer {
                Ok(sent) if !self.following.projections.is_empty() => {
                    let following = Following {
                        aether: self.following.aether,
                        projections: mem::take(&mut self.following.projections),
                    };
                    self.way = Way::Projecting(Box::pin(following.wait(sent)));
                }
                answer => return Poll::Ready(answer),
            }
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
        match &self.way {
            Way::New(parcel) => parcel.fmt(f),
            Way::Begun(_) | Way::Projecting(_) | Way::Done => {
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
    /// Whether the actor had handled it before, so that nothing was done this time.
    pub repeated: bool,
    /// What was stored, if that is known.
    commit: Option<Commit>,
}

impl Sent {
    /// Its events, as they are stored. They are shared with the store, if that keeps them in memory.
    pub fn events(&self) -> &[Event] {
        self.commit.as_ref().map_or(&[], Commit::events)
    }

    /// Its events, as they are stored.
    pub fn into_events(self) -> Vec<Event> {
        self.commit.map_or_else(Vec::new, Commit::into_events)
    }

    pub(super) const fn nothing(actor_id: ActorId, version: Version) -> Self {
        Self {
            actor_id,
            version,
            position: None,
            repeated: false,
            commit: None,
        }
    }

    /// A command of a follower, which does not ask for the events that it gave before.
    pub(super) const fn done(actor_id: ActorId, receipt: Receipt) -> Self {
        Self {
            actor_id,
            version: receipt.version,
            position: Some(receipt.position),
            repeated: true,
            commit: None,
        }
    }

    pub(super) fn stored(recorded: Recorded) -> Self {
        Self {
            repeated: false,
            ..Self::repeated(recorded)
        }
    }

    /// What another process has answered.
    pub(super) const fn answered(
        actor_id: ActorId,
        (version, position): (Version, Option<Position>),
        repeated: bool,
        commit: Option<Commit>,
    ) -> Self {
        Self {
            actor_id,
            version,
            position,
            repeated,
            commit,
        }
    }

    pub(super) fn repeated(recorded: Recorded) -> Self {
        let Recorded { position, commit } = recorded;
        Self {
            actor_id: commit.actor_id().clone(),
            version: commit.version(),
            position: Some(position),
            repeated: true,
            commit: Some(commit),
        }
    }
}

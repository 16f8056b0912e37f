use tokio::time::Instant;
use tracing::Span;

use crate::{
    ActorId,
    runtime::{
        actors::{Entered, Turn},
        command_error::CommandError,
        send::Sent,
        storing::Storing,
    },
};

/// What came of a command without waiting.
pub(in crate::runtime) enum Attempt {
    Ended(Result<Sent, CommandError>),
    /// It has to wait.
    Waits(Stage),
}

/// How far a command has come that has to wait.
pub(in crate::runtime) struct Stage {
    pub(super) begun: Instant,
    /// Its span and where it is; none before it is known whether its actor is in this process.
    pub(super) here: Option<(Span, At)>,
    /// Whether it was sent in this process, and goes wherever its actor has gone. One that another
    /// process has sent goes back to it.
    pub(super) is_own: bool,
}

/// Where a command waits.
pub(super) enum At {
    /// Before this actor.
    Line(ActorId),
    /// It has its turn; the actor has to be loaded, or its history to be searched.
    Turn(Turn),
    /// The store has its events.
    Storing(Storing),
}

impl From<Entered> for At {
    fn from(entered: Entered) -> Self {
        match entered {
            Entered::Turn(turn) => Self::Turn(turn),
            Entered::Busy(actor_id) => Self::Line(actor_id),
        }
    }
}

impl Stage {
    pub(super) const fn new(begun: Instant, span: Span, at: At) -> Self {
        Self {
            begun,
            here: Some((span, at)),
            is_own: true,
        }
    }

    pub(super) const fn anywhere(begun: Instant) -> Self {
        Self {
            begun,
            here: None,
            is_own: true,
        }
    }

    /// That of a command of another process.
    #[cfg(all(feature = "cluster", feature = "nats"))]
    pub(super) const fn of_another(mut self) -> Self {
        self.is_own = false;
        self
    }
}

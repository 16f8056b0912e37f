use std::{error::Error, fmt};

use super::{send::Sent, snapshots::FoldError};
use crate::{
    ActorId, CommandId, InvalidId, InvalidPayload, StoreError,
    domain::{HandleError, ReplayError},
};

/// Says why a command has no effect, or has one that is not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The domain says no. Nothing was stored.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// No aggregate of the running contexts handles the command. Nothing was stored.
    #[error("no running context handles the command `{command}`")]
    Unhandled {
        /// The name of the command.
        command: &'static str,
    },
    /// The command names no instance. Nothing was stored.
    #[error("the command `{command}` is addressed to no instance")]
    Address {
        /// The name of the command.
        command: &'static str,
        /// What is wrong with the address.
        source: InvalidId,
    },
    /// The command, or what it gave, cannot be written or read as JSON. Nothing was stored.
    #[error("the command `{command}` cannot be carried out")]
    Shape {
        /// The name of the command.
        command: &'static str,
        /// What is wrong.
        source: HandleError,
    },
    /// An event of the actor cannot be read. Nothing was stored.
    #[error("nothing was stored: the actor cannot be loaded")]
    Unreadable(#[from] ReplayError),
    /// Others kept changing the actor. Nothing was stored: send the command again.
    #[error("nothing was stored: others changed the actor in each of {attempts} attempts")]
    Conflict {
        /// How many times the command was decided on.
        attempts: u32,
        /// The last conflict.
        source: StoreError,
    },
    /// The store did not do what it was asked for; its kind tells whether something was stored.
    #[error("the store did not take the events of the command")]
    Store(#[source] StoreError),
    /// Too many commands wait for the actor, and this one was not to wait. Nothing was stored.
    #[error("nothing was stored: {waiting} commands wait for `{actor_id}` already")]
    Busy {
        /// The actor.
        actor_id: ActorId,
        /// How many wait.
        waiting: usize,
    },
    /// Its time ran out before it was decided on. Nothing was stored.
    #[error("nothing was stored: the time given to the command ran out")]
    Expired,
    /// Its time ran out while its events were being stored. That is carried through: they are
    /// stored, or will be, unless others or the store prevent it. Send the command again with
    /// this [id](super::SendCommand::with_id) to know.
    #[error(
        "the time ran out while the events of the command {id} were being stored, which is \
         carried through; send it again with this id to know what came of it"
    )]
    Overdue {
        /// The id of the command.
        id: CommandId,
    },
    /// The runtime is shut down, or has left its cluster. Nothing was stored.
    #[error("nothing was stored: the runtime is shut down")]
    Stopped,
    /// Another process has the actor by now. Nothing was stored here. Whoever sends a command does
    /// not see this: it goes to that process.
    #[error("nothing was stored: another process has the actor")]
    Moved,
    /// The process that has the actor could not carry the command out. Nothing was stored.
    #[error("nothing was stored: the node of the actor could not carry out `{command}`: {reason}")]
    Remote {
        /// The name of the command.
        command: &'static str,
        /// What that process said.
        reason: String,
    },
    /// The events of the command are stored, and a projection that was to have them does not.
    #[error("the events of the command are stored, and a projection does not have them")]
    Unprojected {
        /// What came of the command.
        sent: Box<Sent>,
        /// Why the projection does not have them.
        source: ReadError,
    },
}

impl CommandError {
    /// Why the domain says no, if it does and its reason is an `R`.
    ///
    /// ```
    /// use aether::runtime::{CommandError, Refusal};
    ///
    /// let error = CommandError::Refused(Refusal::new(std::fmt::Error));
    /// assert_eq!(error.refusal::<std::fmt::Error>(), Some(&std::fmt::Error));
    /// ```
    pub fn refusal<R: Error + 'static>(&self) -> Option<&R> {
        let Self::Refused(refusal) = self else {
            return None;
        };
        refusal.downcast_ref()
    }

    pub(super) fn of(command: &'static str, error: HandleError) -> Self {
        match error {
            HandleError::Refused(reason) => Self::Refused(Refusal(reason)),
            source @ (HandleError::Command { .. }
            | HandleError::Event(_)
            | HandleError::Encode(_)) => Self::Shape { command, source },
        }
    }

    pub(super) fn unloaded(error: FoldError) -> Self {
        match error {
            FoldError::Store(source) => Self::Store(source),
            FoldError::Unreadable(source) => Self::Unreadable(source),
        }
    }

    pub(super) fn unwritable(command: &'static str, err: InvalidPayload) -> Self {
        Self::Shape {
            command,
            source: HandleError::Encode(err),
        }
    }
}

/// Why the domain refuses a command, as another process said it: the error itself, which the
/// handler returned there, does not travel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RemoteRefusal(pub(super) String);

/// Why the domain refuses a command: the error that the handler returned; or a [`RemoteRefusal`],
/// if that was in another process.
pub struct Refusal(Box<dyn Error + Send + Sync>);

impl Refusal {
    /// A refusal for this reason.
    pub fn new(reason: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(reason))
    }

    /// The reason, if it is an `R`.
    pub fn downcast_ref<R: Error + 'static>(&self) -> Option<&R> {
        self.0.downcast_ref()
    }

    /// The reason.
    pub fn reason(&self) -> &(dyn Error + 'static) {
        &*self.0
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Says why an actor cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The key is none.
    #[error("the key names no actor")]
    Address(#[from] InvalidId),
    /// An event cannot be read.
    #[error("the actor's history cannot be folded")]
    Unreadable(#[from] ReplayError),
    /// The store did not give the events.
    #[error("the actor's history cannot be had")]
    Store(#[from] StoreError),
}

impl LoadError {
    pub(super) fn of(error: FoldError) -> Self {
        match error {
            FoldError::Store(source) => Self::Store(source),
            FoldError::Unreadable(source) => Self::Unreadable(source),
        }
    }
}

/// Says why a projection cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It belongs to none of the running contexts.
    #[error("the projection `{projection}` belongs to no running context")]
    Unknown {
        /// The name of the projection.
        projection: &'static str,
    },
    /// It lies elsewhere, and is read there.
    #[error("the projection `{projection}` is kept elsewhere: read it there")]
    Elsewhere {
        /// The name of the projection.
        projection: &'static str,
    },
    /// It stopped at something it cannot get past.
    #[error("`{follower}` has stopped: {reason}")]
    Halted {
        /// The policy, projection or adapter.
        follower: &'static str,
        /// Why.
        reason: String,
    },
    /// The store did not say where the log ends.
    #[error("the end of the log is not known")]
    Store(#[from] StoreError),
    /// The runtime is shut down.
    #[error("the runtime is shut down")]
    Stopped,
}

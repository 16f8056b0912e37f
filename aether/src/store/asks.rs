use std::borrow::Cow;

use crate::{CommandId, Payload, Timestamp};

/// A command that an actor asks of another, stored in the commit that decided on it.
///
/// A follower of the log carries it out. Its id is known before, so that it takes effect once,
/// however often it is carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingCommand {
    /// Tells it from every other command.
    pub id: CommandId,
    /// The name it travels under.
    pub command: Cow<'static, str>,
    /// The key of the instance it is addressed to.
    pub key: String,
    /// The command itself.
    pub data: Payload,
}

/// A command that an actor asks for at some later time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// Tells it from the actor's other timers: set again under the same key, it replaces the
    /// one before.
    pub key: String,
    /// When the command is due: it is carried out then, or later.
    pub due: Timestamp,
    /// The command.
    pub command: OutgoingCommand,
}

/// What a commit does to its actor's timers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimerChange {
    /// Sets a timer.
    Set(Timer),
    /// Cancels the timer with this key, if it is still to come.
    Cancel(String),
}

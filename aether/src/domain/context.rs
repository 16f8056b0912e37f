use std::cell::Cell;

use uuid::Uuid;

use crate::{ActorId, CommandId, Timestamp, Version};

/// What a handler may know besides its state and its command.
///
/// Time and new ids come from here and from nowhere else, so that handling the same command again
/// gives the same events.
///
/// ```
/// use aether::{ActorId, CommandId, Timestamp, domain::Context};
///
/// let actor = ActorId::of("Order", "7")?;
/// let command = CommandId::new();
/// let (first, again) = (Context::new(actor.clone(), command), Context::new(actor, command));
/// assert_eq!(first.new_id(), again.new_id());
/// assert_ne!(first.new_id(), first.new_id());
/// # Ok::<(), aether::InvalidId>(())
/// ```
#[derive(Debug, Clone)]
pub struct Context {
    actor_id: ActorId,
    command_id: CommandId,
    version: Version,
    now: Timestamp,
    correlation_id: Option<String>,
    ids: Cell<u32>,
}

impl Context {
    /// The context of a command to an actor that has no events yet, at the beginning of 1970.
    pub const fn new(actor_id: ActorId, command_id: CommandId) -> Self {
        let (version, now) = (Version::NONE, Timestamp::UNIX_EPOCH);
        Self {
            actor_id,
            command_id,
            version,
            now,
            correlation_id: None,
            ids: Cell::new(0),
        }
    }

    /// The same context at another moment.
    #[must_use]
    pub const fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// The same context for an actor at this version.
    #[must_use]
    pub const fn at_version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// The same context in a conversation.
    #[must_use]
    pub fn correlated(mut self, correlation_id: Option<String>) -> Self {
        self.correlation_id = correlation_id;
        self
    }

    /// The actor that handles the command.
    pub const fn actor_id(&self) -> &ActorId {
        &self.actor_id
    }

    /// The command.
    pub const fn command_id(&self) -> CommandId {
        self.command_id
    }

    /// The version that the actor is at.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The moment at which the command is handled.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The conversation that the command belongs to.
    pub fn correlation_id(&self) -> Option<&str> {
        self.correlation_id.as_deref()
    }

    #[cfg(feature = "runtime")]
    pub(crate) fn into_correlation_id(self) -> Option<String> {
        self.correlation_id
    }

    /// A new id: another one at each call, and the same ones when the command is handled again.
    pub fn new_id(&self) -> Uuid {
        let number = self.ids.replace(self.ids.get() + 1);
        Uuid::new_v5(self.command_id.as_uuid(), &number.to_be_bytes())
    }
}

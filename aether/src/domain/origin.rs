use crate::{ActorId, Event, EventId, Position, Timestamp, Version};

/// Where a stored event came from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// What tells the event from every other.
    pub event_id: EventId,
    /// Whose history it belongs to.
    pub actor_id: &'a ActorId,
    /// Its place in that history.
    pub version: Version,
    /// When it happened.
    pub timestamp: Timestamp,
    /// The place of its commit in the log; [`Position::START`] if it is in none, as in a test.
    pub position: Position,
}

impl<'a> Origin<'a> {
    /// Where an event came from, if its commit has this place in the log.
    pub const fn of(event: &'a Event, position: Position) -> Self {
        Self {
            event_id: event.id,
            actor_id: &event.actor_id,
            version: event.version,
            timestamp: event.timestamp,
            position,
        }
    }
}

//! A room, and whether it is full.
//!
//! The events are written inline, as variants with fields of their own: the shortest form, for an
//! aggregate whose only command may give any of its events.

use std::convert::Infallible;

use aether::prelude::*;

use crate::conference_booking::{Usher, programme::RoomId};

/// Count heads.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CountRoom {
    /// In which room.
    #[command(id)]
    pub room: RoomId,
    /// How many there are.
    pub heads: u32,
    /// How many may be there.
    pub chairs: u32,
}

/// What became of a room.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(prefix = "Room")]
pub enum RoomEvent {
    /// There is no chair left.
    Filled {
        /// Where.
        room: RoomId,
    },
    /// There are chairs again.
    Cleared {
        /// Where.
        room: RoomId,
    },
}

/// A room, and whether it is full.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(event = RoomEvent)]
pub struct Room {
    full: bool,
}

#[handlers]
impl Room {
    /// Only a change is worth a word.
    ///
    /// # Errors
    /// Never.
    #[handle(by(Usher))]
    pub fn count(&self, command: CountRoom) -> Result<Option<RoomEvent>, Infallible> {
        let CountRoom {
            room,
            heads,
            chairs,
        } = command;
        Ok(match (self.full, heads >= chairs) {
            (false, true) => Some(RoomEvent::Filled { room }),
            (true, false) => Some(RoomEvent::Cleared { room }),
            (false, false) | (true, true) => None,
        })
    }

    #[apply]
    fn evolve(&mut self, event: RoomEvent) {
        self.full = match event {
            RoomEvent::Filled { .. } => true,
            RoomEvent::Cleared { .. } => false,
        };
    }
}

//! Checking the shelves: what should be there, and is not.
//!
//! The events are written inline, as variants with fields of their own: the shortest form, for an
//! aggregate whose only command may give any of its events.

use std::convert::Infallible;

use aether::prelude::*;

use super::CopyId;
use crate::library_lending::Librarian;

/// Look for a copy on its shelf.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckShelf {
    /// Which copy.
    #[command(id)]
    pub copy: CopyId,
    /// Whether it stands where it should.
    pub there: bool,
}

/// What was found out about a copy that should stand on a shelf.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(prefix = "Copy")]
pub enum ShelfCheckEvent {
    /// It is not there.
    ///
    /// Hotspot: after how many months is a copy given up?
    Missed {
        /// Which copy.
        copy: CopyId,
    },
    /// It stood somewhere else, and is there again.
    Found {
        /// Which copy.
        copy: CopyId,
    },
}

/// What is known of a copy from checking the shelves.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(event = ShelfCheckEvent)]
pub struct ShelfCheck {
    missing: bool,
}

#[handlers]
impl ShelfCheck {
    /// Only what is new is noted.
    ///
    /// # Errors
    /// Never.
    #[handle(by(Librarian))]
    pub fn check(&self, command: CheckShelf) -> Result<Option<ShelfCheckEvent>, Infallible> {
        let CheckShelf { copy, there } = command;
        Ok(match (self.missing, there) {
            (false, false) => Some(ShelfCheckEvent::Missed { copy }),
            (true, true) => Some(ShelfCheckEvent::Found { copy }),
            (false, true) | (true, false) => None,
        })
    }

    #[apply]
    fn evolve(&mut self, event: ShelfCheckEvent) {
        self.missing = match event {
            ShelfCheckEvent::Missed { .. } => true,
            ShelfCheckEvent::Found { .. } => false,
        };
    }
}

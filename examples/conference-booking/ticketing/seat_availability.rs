use std::collections::BTreeMap;

use aether::prelude::*;

use super::{SalesOpened, SeatsHeld, SeatsReleased};
use crate::conference_booking::{Visitor, programme::ConferenceId};

/// How many seats there are still to be had.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[projection(read_by(Visitor))]
pub struct SeatAvailability {
    /// Of each conference.
    pub free: BTreeMap<ConferenceId, u32>,
}

/// How many seats has a conference left?
#[derive(Query, Debug, Clone, PartialEq, Eq)]
pub struct SeatsLeft {
    /// Which conference.
    pub conference: ConferenceId,
}

#[handlers]
impl SeatAvailability {
    /// None, as long as nobody sells any.
    #[answer(by(Visitor))]
    pub fn seats_left(&self, query: SeatsLeft) -> Option<u32> {
        self.free.get(&query.conference).copied()
    }

    #[apply]
    fn opened(&mut self, event: SalesOpened) {
        self.free.insert(event.conference, event.seats);
    }

    #[apply]
    fn held(&mut self, event: &SeatsHeld) {
        if let Some(free) = self.free.get_mut(&event.conference) {
            *free = free.saturating_sub(event.seats);
        }
    }

    #[apply]
    fn released(&mut self, event: &SeatsReleased) {
        if let Some(free) = self.free.get_mut(&event.conference) {
            *free = free.saturating_add(event.seats);
        }
    }
}

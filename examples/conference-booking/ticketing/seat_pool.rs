//! The seats of a conference: each is given to one visitor.

use std::{collections::BTreeMap, convert::Infallible};

use aether::prelude::*;

use super::RegistrationId;
use crate::conference_booking::programme::ConferenceId;

// ------------------------------------------------------------------------------------- commands

/// Let visitors have seats.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpenSales {
    /// At which conference.
    #[command(id)]
    pub conference: ConferenceId,
    /// How many there are.
    pub seats: u32,
}

/// Keep seats free for a registration.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldSeats {
    /// At which conference.
    #[command(id)]
    pub conference: ConferenceId,
    /// For which registration.
    pub registration: RegistrationId,
    /// How many.
    pub seats: u32,
}

/// Give away the seats that were kept free.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommitSeats {
    /// At which conference.
    #[command(id)]
    pub conference: ConferenceId,
    /// To which registration.
    pub registration: RegistrationId,
}

/// Take seats back.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReleaseSeats {
    /// At which conference.
    #[command(id)]
    pub conference: ConferenceId,
    /// From which registration.
    pub registration: RegistrationId,
}

// --------------------------------------------------------------------------------------- events

/// Visitors can have seats.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SalesOpened {
    /// At which conference.
    pub conference: ConferenceId,
    /// How many there are.
    pub seats: u32,
}

/// Seats are kept free.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeatsHeld {
    /// At which conference.
    pub conference: ConferenceId,
    /// For which registration.
    pub registration: RegistrationId,
    /// How many.
    pub seats: u32,
}

/// There are not as many seats as somebody wants.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeatsSoldOut {
    /// At which conference.
    pub conference: ConferenceId,
    /// Which registration wanted them.
    pub registration: RegistrationId,
    /// How many it wanted.
    pub seats: u32,
}

/// Seats are given away.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private)]
pub struct SeatsCommitted {
    /// At which conference.
    pub conference: ConferenceId,
    /// To which registration.
    pub registration: RegistrationId,
}

/// Seats are free again.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeatsReleased {
    /// At which conference.
    pub conference: ConferenceId,
    /// Which registration had them.
    pub registration: RegistrationId,
    /// How many it had.
    pub seats: u32,
}

/// How an attempt to keep seats free ends.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum SeatDecision {
    /// They are kept.
    Held(SeatsHeld),
    /// There are too few.
    SoldOut(SeatsSoldOut),
}

/// Why seats cannot be had.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeatPoolRefusal {
    /// Nobody sells any yet.
    #[error("no seats are sold for this conference yet")]
    NotOnSale,
}

// -------------------------------------------------------------------------------------- the seats

/// The seats of a conference.
///
/// Invariant: there are never more seats held and given away than there are.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(SalesOpened, SeatsHeld, SeatsSoldOut, SeatsCommitted, SeatsReleased))]
pub struct SeatPool {
    free: Option<u32>,
    claims: BTreeMap<RegistrationId, Claim>,
}

/// What a registration has of the seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Claim {
    seats: u32,
    committed: bool,
}

impl SeatPool {
    /// How many seats nobody has.
    pub fn free(&self) -> u32 {
        self.free.unwrap_or_default()
    }

    /// How many seats are given away.
    pub fn given(&self) -> u32 {
        let committed = self.claims.values().filter(|claim| claim.committed);
        committed.map(|claim| claim.seats).sum()
    }
}

#[handlers]
impl SeatPool {
    /// # Errors
    /// Never.
    #[handle]
    pub fn open(&self, command: OpenSales) -> Result<Option<SalesOpened>, Infallible> {
        let OpenSales { conference, seats } = command;
        Ok(self
            .free
            .is_none()
            .then_some(SalesOpened { conference, seats }))
    }

    /// All of them or none. Asking again is harmless.
    ///
    /// # Errors
    /// If no seats are sold yet.
    #[handle]
    pub fn hold(&self, command: HoldSeats) -> Result<Option<SeatDecision>, SeatPoolRefusal> {
        let HoldSeats {
            conference,
            registration,
            seats,
        } = command;
        let free = self.free.ok_or(SeatPoolRefusal::NotOnSale)?;
        if self.claims.contains_key(&registration) {
            return Ok(None);
        }
        Ok(Some(if seats <= free {
            SeatsHeld {
                conference,
                registration,
                seats,
            }
            .into()
        } else {
            SeatsSoldOut {
                conference,
                registration,
                seats,
            }
            .into()
        }))
    }

    /// # Errors
    /// Never.
    #[handle]
    pub fn commit(&self, command: CommitSeats) -> Result<Option<SeatsCommitted>, Infallible> {
        let CommitSeats {
            conference,
            registration,
        } = command;
        let held = self
            .claims
            .get(&registration)
            .is_some_and(|claim| !claim.committed);
        Ok(held.then_some(SeatsCommitted {
            conference,
            registration,
        }))
    }

    /// # Errors
    /// Never.
    #[handle]
    pub fn release(&self, command: ReleaseSeats) -> Result<Option<SeatsReleased>, Infallible> {
        let ReleaseSeats {
            conference,
            registration,
        } = command;
        let claim = self.claims.get(&registration);
        Ok(claim.map(|claim| {
            let seats = claim.seats;
            SeatsReleased {
                conference,
                registration,
                seats,
            }
        }))
    }

    #[apply]
    fn opened(&mut self, event: &SalesOpened) {
        self.free = Some(event.seats);
    }

    #[apply]
    fn held(&mut self, event: SeatsHeld) {
        let SeatsHeld {
            registration,
            seats,
            ..
        } = event;
        self.free = self.free.map(|free| free.saturating_sub(seats));
        self.claims.insert(
            registration,
            Claim {
                seats,
                committed: false,
            },
        );
    }

    #[apply]
    fn sold_out(&mut self, _: &SeatsSoldOut) {}

    #[apply]
    fn committed(&mut self, event: &SeatsCommitted) {
        if let Some(claim) = self.claims.get_mut(&event.registration) {
            claim.committed = true;
        }
    }

    #[apply]
    fn released(&mut self, event: &SeatsReleased) {
        self.free = self.free.map(|free| free.saturating_add(event.seats));
        self.claims.remove(&event.registration);
    }
}

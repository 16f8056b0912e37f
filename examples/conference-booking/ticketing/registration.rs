//! A registration: seats for somebody, once they are paid for.

use aether::prelude::*;

use super::SeatAvailability;
use crate::conference_booking::{Visitor, programme::ConferenceId};

/// Tells a registration from every other: a number, which says nothing about anyone.
#[derive(
    Id, Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct RegistrationId(String);

// ------------------------------------------------------------------------------------- commands

/// Ask for seats.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Register {
    /// Under which number.
    #[command(id)]
    pub registration: RegistrationId,
    /// At which conference.
    pub conference: ConferenceId,
    /// How many.
    pub seats: u32,
    /// Where an answer reaches whoever asks.
    #[personal]
    pub email: Personal<String>,
}

/// Give the seats to whoever has paid for them.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfirmRegistration {
    /// Which registration.
    #[command(id)]
    pub registration: RegistrationId,
}

/// Wait for the money no longer.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpireRegistration {
    /// Which registration.
    #[command(id)]
    pub registration: RegistrationId,
}

/// Think better of it.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancelRegistration {
    /// Which registration.
    #[command(id)]
    pub registration: RegistrationId,
}

// --------------------------------------------------------------------------------------- events

/// Somebody wants to be there.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(alias("OrderPlaced"))]
pub struct RegistrationPlaced {
    /// Under which number.
    pub registration: RegistrationId,
    /// At which conference.
    pub conference: ConferenceId,
    /// With how many others, themselves included.
    pub seats: u32,
    /// Where an answer reaches them.
    #[personal(subject = registration)]
    pub email: Personal<String>,
}

/// Somebody will be there.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(
    version = 2,
    upcast(RegistrationConfirmedV1),
    public,
    pivotal = "At the door"
)]
pub struct RegistrationConfirmed {
    /// Which registration.
    pub registration: RegistrationId,
    /// How many will.
    pub seats: u32,
}

/// A registration as it was confirmed when each had one seat.
#[derive(Debug, Clone, Deserialize)]
pub struct RegistrationConfirmedV1 {
    registration: RegistrationId,
}

impl From<RegistrationConfirmedV1> for RegistrationConfirmed {
    fn from(v1: RegistrationConfirmedV1) -> Self {
        let (registration, seats) = (v1.registration, 1);
        Self {
            registration,
            seats,
        }
    }
}

/// Nobody has paid in time.
///
/// Allow ES405: each round gives the seats to someone who waits, and the waiting list is finite.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RegistrationExpired {
    /// Which registration.
    pub registration: RegistrationId,
    /// At which conference.
    pub conference: ConferenceId,
}

/// Somebody will not be there after all.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RegistrationCancelled {
    /// Which registration.
    pub registration: RegistrationId,
    /// At which conference.
    pub conference: ConferenceId,
}

/// Whoever came early paid less, in the first year.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(private, retired)]
pub struct EarlyBirdGranted {
    /// Which registration.
    pub registration: RegistrationId,
}

/// Why something cannot be done to a registration.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationRefusal {
    /// The number is in use.
    #[error("there is a registration under this number already")]
    NumberInUse,
    /// There is no such registration.
    #[error("there is no such registration")]
    NeverPlaced,
    /// Too many, or none.
    #[error("a registration has from 1 to {} seats", Registration::MOST)]
    UnreasonableSeats,
    /// It is over.
    #[error("the registration has expired or was cancelled")]
    Over,
}

// ------------------------------------------------------------------------------ the registration

/// A registration for a conference.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(
    RegistrationPlaced,
    RegistrationConfirmed,
    RegistrationExpired,
    RegistrationCancelled,
    EarlyBirdGranted
))]
pub struct Registration {
    placed: Option<(ConferenceId, u32)>,
    stage: Stage,
    early_bird: bool,
}

/// How far it is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    #[default]
    Open,
    Confirmed,
    Over,
}

impl Registration {
    /// How many seats it may have.
    pub const MOST: u32 = 10;

    /// Whether it was granted a lower price, in the first year.
    pub const fn early_bird(&self) -> bool {
        self.early_bird
    }

    /// Whether its seats are given.
    pub fn is_confirmed(&self) -> bool {
        self.stage == Stage::Confirmed
    }

    fn placed(&self) -> Result<&(ConferenceId, u32), RegistrationRefusal> {
        self.placed.as_ref().ok_or(RegistrationRefusal::NeverPlaced)
    }
}

#[handlers]
impl Registration {
    /// # Errors
    /// If the number is in use, or too many seats are asked for, or none.
    #[handle(by(Visitor), informed_by(SeatAvailability))]
    pub fn register(&self, command: Register) -> Result<RegistrationPlaced, RegistrationRefusal> {
        let Register {
            registration,
            conference,
            seats,
            email,
        } = command;
        if self.placed.is_some() {
            return Err(RegistrationRefusal::NumberInUse);
        }
        if !(1..=Self::MOST).contains(&seats) {
            return Err(RegistrationRefusal::UnreasonableSeats);
        }
        Ok(RegistrationPlaced {
            registration,
            conference,
            seats,
            email,
        })
    }

    /// Money that comes when the registration is over confirms nothing.
    ///
    /// # Errors
    /// If there is no such registration, or it is over.
    #[handle]
    pub fn confirm(
        &self,
        command: ConfirmRegistration,
    ) -> Result<Option<RegistrationConfirmed>, RegistrationRefusal> {
        let (registration, seats) = (command.registration, self.placed()?.1);
        match self.stage {
            Stage::Open => Ok(Some(RegistrationConfirmed {
                registration,
                seats,
            })),
            Stage::Confirmed => Ok(None),
            Stage::Over => Err(RegistrationRefusal::Over),
        }
    }

    /// Only if it is not paid for.
    ///
    /// # Errors
    /// If there is no such registration.
    #[handle]
    pub fn expire(
        &self,
        command: ExpireRegistration,
    ) -> Result<Option<RegistrationExpired>, RegistrationRefusal> {
        let (registration, conference) = (command.registration, self.placed()?.0.clone());
        let open = self.stage == Stage::Open;
        Ok(open.then_some(RegistrationExpired {
            registration,
            conference,
        }))
    }

    /// Also if it is paid for: then the money goes back.
    ///
    /// Hotspot: until which day?
    ///
    /// # Errors
    /// If there is no such registration, or it is over.
    #[handle(by(Visitor))]
    pub fn cancel(
        &self,
        command: CancelRegistration,
    ) -> Result<RegistrationCancelled, RegistrationRefusal> {
        let (registration, conference) = (command.registration, self.placed()?.0.clone());
        match self.stage {
            Stage::Open | Stage::Confirmed => Ok(RegistrationCancelled {
                registration,
                conference,
            }),
            Stage::Over => Err(RegistrationRefusal::Over),
        }
    }

    #[apply]
    fn was_placed(&mut self, event: RegistrationPlaced) {
        self.placed = Some((event.conference, event.seats));
    }

    #[apply]
    fn was_confirmed(&mut self, _: &RegistrationConfirmed) {
        self.stage = Stage::Confirmed;
    }

    #[apply]
    fn has_expired(&mut self, _: &RegistrationExpired) {
        self.stage = Stage::Over;
    }

    #[apply]
    fn was_cancelled(&mut self, _: &RegistrationCancelled) {
        self.stage = Stage::Over;
    }

    #[apply]
    fn was_early(&mut self, _: &EarlyBirdGranted) {
        self.early_bird = true;
    }
}

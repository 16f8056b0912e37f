//! The charge for a registration: asked for once, and given back at most once.

use std::convert::Infallible;

use aether::prelude::*;

use super::PaymentProvider;
use crate::conference_booking::ticketing::RegistrationId;

/// Money, in whole euros.
#[derive(
    Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Euros(u32);

impl Euros {
    /// What a seat costs.
    pub const SEAT: Self = Self(450);

    /// That many euros.
    pub const fn new(euros: u32) -> Self {
        Self(euros)
    }

    /// What that many of it are.
    #[must_use]
    pub const fn times(self, number: u32) -> Self {
        Self(self.0.saturating_mul(number))
    }
}

// ------------------------------------------------------------------------------------- commands

/// Ask for the money for seats.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequestPayment {
    /// Of which registration.
    #[command(id)]
    pub registration: RegistrationId,
    /// For how many seats.
    pub seats: u32,
}

/// Take note of what the provider says.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordPayment {
    /// For which registration.
    #[command(id)]
    pub registration: RegistrationId,
    /// Whether the money is here.
    pub paid: bool,
}

/// Do without the money, and give it back if it is here.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VoidPayment {
    /// For which registration.
    #[command(id)]
    pub registration: RegistrationId,
}

// --------------------------------------------------------------------------------------- events

/// The provider is asked for money.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentRequested {
    /// For which registration.
    pub registration: RegistrationId,
    /// How much.
    ///
    /// Allow ES211: what a seat costs is a constant.
    pub amount: Euros,
}

/// The money is here.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[event(public)]
pub struct PaymentReceived {
    /// For which registration.
    pub registration: RegistrationId,
}

/// The money will not come that way. The visitor may try again until the seats are gone.
///
/// Hotspot: who asks the provider again?
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentRefused {
    /// For which registration.
    pub registration: RegistrationId,
}

/// Nobody wants the money any more.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentVoided {
    /// For which registration.
    pub registration: RegistrationId,
}

/// The money goes back.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentReturned {
    /// For which registration.
    pub registration: RegistrationId,
    /// How much.
    pub amount: Euros,
}

/// How a payment ends.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum PaymentOutcome {
    /// The money is here.
    Received(PaymentReceived),
    /// It is not.
    Refused(PaymentRefused),
    /// It came when nobody wanted it any more, and goes straight back.
    Returned(PaymentReturned),
}

/// How one does without money.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum PaymentReversal {
    /// It was not here.
    Voided(PaymentVoided),
    /// It was.
    Returned(PaymentReturned),
}

/// Why something cannot be done about a payment.
#[derive(Rejection, Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChargeRefusal {
    /// The provider speaks of what nobody asked for.
    #[error("no payment was requested for this registration")]
    NeverRequested,
}

/// The charge for a registration.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(
    PaymentRequested,
    PaymentReceived,
    PaymentRefused,
    PaymentVoided,
    PaymentReturned
))]
pub struct Charge {
    amount: Option<Euros>,
    stage: Stage,
}

/// How far it is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    #[default]
    Open,
    Received,
    Voided,
    Returned,
}

#[handlers]
impl Charge {
    /// Once; not at all if it was called off before.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn request(&self, command: RequestPayment) -> Result<Option<PaymentRequested>, Infallible> {
        let RequestPayment {
            registration,
            seats,
        } = command;
        let first = self.amount.is_none() && self.stage == Stage::Open;
        let amount = Euros::SEAT.times(seats);
        Ok(first.then_some(PaymentRequested {
            registration,
            amount,
        }))
    }

    /// # Errors
    /// If nobody asked.
    #[handle(by(PaymentProvider))]
    pub fn record(&self, command: RecordPayment) -> Result<Option<PaymentOutcome>, ChargeRefusal> {
        let RecordPayment { registration, paid } = command;
        let amount = self.amount.ok_or(ChargeRefusal::NeverRequested)?;
        Ok(match (self.stage, paid) {
            (Stage::Open, true) => Some(PaymentReceived { registration }.into()),
            (Stage::Open, false) => Some(PaymentRefused { registration }.into()),
            (Stage::Voided, true) => Some(
                PaymentReturned {
                    registration,
                    amount,
                }
                .into(),
            ),
            (Stage::Voided, false) | (Stage::Received | Stage::Returned, _) => None,
        })
    }

    /// # Errors
    /// Never.
    #[handle]
    pub fn void(&self, command: VoidPayment) -> Result<Option<PaymentReversal>, Infallible> {
        let registration = command.registration;
        Ok(match (self.stage, self.amount) {
            (Stage::Received, Some(amount)) => Some(
                PaymentReturned {
                    registration,
                    amount,
                }
                .into(),
            ),
            (Stage::Open | Stage::Received, _) => Some(PaymentVoided { registration }.into()),
            (Stage::Voided | Stage::Returned, _) => None,
        })
    }

    #[apply]
    fn was_requested(&mut self, event: &PaymentRequested) {
        self.amount = Some(event.amount);
    }

    #[apply]
    fn was_received(&mut self, _: &PaymentReceived) {
        self.stage = Stage::Received;
    }

    #[apply]
    fn was_refused(&mut self, _: &PaymentRefused) {}

    #[apply]
    fn was_voided(&mut self, _: &PaymentVoided) {
        self.stage = Stage::Voided;
    }

    #[apply]
    fn was_returned(&mut self, _: &PaymentReturned) {
        self.stage = Stage::Returned;
    }
}

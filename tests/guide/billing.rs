//! Chapter 5: what follows from a return, and who is told outside.

// ANCHOR: charge
use aether::prelude::*;

use crate::{
    bike::{BikeReturned, RiderId},
    card_processor::CardProcessor,
};

/// Money is wanted from a rider.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChargeRequested {
    pub charge: String,
    pub rider: RiderId,
    pub cents: u64,
}

/// The money is there.
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChargePaid {
    pub charge: String,
    pub receipt: String,
}

/// Ask a rider for money.
#[derive(Command, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RequestCharge {
    #[command(id)]
    pub charge: String,
    pub rider: RiderId,
    pub cents: u64,
}

/// Take note of what the card processor says.
#[derive(Command, Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordPayment {
    #[command(id)]
    pub charge: String,
    pub receipt: String,
}

/// Money that a rider owes.
#[derive(Aggregate, Debug, Default, PartialEq)]
#[aggregate(events(ChargeRequested, ChargePaid))]
pub struct Charge {
    pub paid: bool,
}

#[handlers]
impl Charge {
    #[handle]
    fn request(&self, command: RequestCharge) -> Result<ChargeRequested, std::convert::Infallible> {
        Ok(ChargeRequested {
            charge: command.charge,
            rider: command.rider,
            cents: command.cents,
        })
    }

    #[handle(by(CardProcessor))]
    fn record(&self, command: RecordPayment) -> Result<ChargePaid, std::convert::Infallible> {
        Ok(ChargePaid {
            charge: command.charge,
            receipt: command.receipt,
        })
    }

    #[apply]
    fn requested(&mut self, _: &ChargeRequested) {}

    #[apply]
    fn paid(&mut self, _: &ChargePaid) {
        self.paid = true;
    }
}
// ANCHOR_END: charge

// ANCHOR: policy
/// Charges a rider for every ride of more than half an hour.
#[derive(Policy, Default)]
pub struct ChargeForRides;

#[handlers]
impl ChargeForRides {
    #[react]
    fn returned(&self, event: &BikeReturned, origin: &Origin<'_>) -> Option<RequestCharge> {
        let paid_for = event.minutes.checked_sub(30)?;
        Some(RequestCharge {
            charge: origin.event_id.to_string(),
            rider: event.rider.clone(),
            cents: 100 + 10 * paid_for,
        })
    }
}
// ANCHOR_END: policy

// ANCHOR: test
#[test]
fn the_first_half_hour_is_free() {
    let returned = |minutes| BikeReturned {
        bike: "b-1".into(),
        rider: RiderId::from(7),
        station: "Market".into(),
        minutes,
    };
    let charged = aether::testing::policy::<ChargeForRides>()
        .when(returned(29))
        .then_nothing()
        .when(returned(45));
    let [command] = charged.commands() else {
        panic!("one command");
    };
    let command: RequestCharge = command.data.decode().unwrap();
    assert_eq!((command.rider, command.cents), (RiderId::from(7), 250));
}
// ANCHOR_END: test

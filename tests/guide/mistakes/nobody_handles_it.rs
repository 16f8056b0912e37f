use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BikeReturned {}

#[derive(Command, Serialize, Deserialize)]
pub struct RequestCharge {
    #[command(id)]
    pub charge: String,
}

#[derive(Policy, Default)]
pub struct ChargeForRides;

#[handlers]
impl ChargeForRides {
    #[react]
    fn returned(&self, _: &BikeReturned) -> RequestCharge {
        RequestCharge {
            charge: String::new(),
        }
    }
}

#[derive(ExternalSystem)]
#[external_system(emits(BikeReturned))]
pub struct Docks;

// ANCHOR: code
bounded_context! {
    pub Billing {
        policies: [ChargeForRides],
        external_systems: [Docks],
    }
}
// ANCHOR_END: code

fn main() {}

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BikeHired {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChargeRequested {}

#[derive(Command, Serialize, Deserialize)]
pub struct HireBike {
    #[command(id)]
    pub bike: String,
}

// ANCHOR: code
#[derive(Aggregate, Debug, Default)]
#[aggregate(events(BikeHired))]
pub struct Bike {}

#[handlers]
impl Bike {
    #[handle]
    fn hire(&self, _: HireBike) -> Result<ChargeRequested, std::fmt::Error> {
        Ok(ChargeRequested {})
    }

    #[apply]
    fn hired(&mut self, _: &BikeHired) {}
}
// ANCHOR_END: code

fn main() {}

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BikeAdded {}

// ANCHOR: code
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BikeHired {}

#[derive(Aggregate, Debug, Default)]
#[aggregate(events(BikeAdded, BikeHired))]
pub struct Bike {}

#[handlers]
impl Bike {
    #[apply]
    fn added(&mut self, _: &BikeAdded) {}
}
// ANCHOR_END: code

fn main() {}

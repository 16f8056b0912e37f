use aether::prelude::*;

// ANCHOR: code
#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(version = 2)]
pub struct BikeReturned {
    pub bike: String,
    pub seconds: u64,
}
// ANCHOR_END: code

fn main() {}

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(nmae = "order.placed", colour = "red")]
pub struct OrderPlaced {}

fn main() {}

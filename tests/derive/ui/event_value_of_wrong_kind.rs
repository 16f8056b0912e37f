use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(version = "2", alias = "OrderSubmitted", name)]
pub struct OrderPlaced {}

fn main() {}

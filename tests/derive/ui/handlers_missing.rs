use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[derive(Policy, Default)]
pub struct ShipWhenPaid;

#[derive(Projection, Default)]
pub struct Orders {}

fn main() {}

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Command, Serialize, Deserialize)]
pub struct ShipOrder {
    #[command(id)]
    order: String,
}

#[derive(Policy, Default)]
pub struct ShipWhenPlaced;

#[handlers]
impl ShipWhenPlaced {
    #[react]
    fn placed(&self, event: OrderPlaced) -> Option<ShipOrder> {
        drop(event);
        None
    }
}

fn main() {}

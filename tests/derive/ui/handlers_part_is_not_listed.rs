use aether::prelude::*;
use std::convert::Infallible;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Command, Serialize, Deserialize)]
pub struct PlaceOrder {
    #[command(id)]
    order: String,
}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[handlers]
impl Order {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[handlers(part = placing)]
impl Order {
    #[handle]
    fn place(&self, _: PlaceOrder) -> Result<OrderPlaced, Infallible> {
        Ok(OrderPlaced {})
    }
}

fn main() {}

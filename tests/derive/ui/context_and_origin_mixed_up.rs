use std::convert::Infallible;

use aether::prelude::*;

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
    #[handle]
    fn place(&self, _: PlaceOrder, _: &Origin<'_>) -> Result<OrderPlaced, Infallible> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced, _: &Context) {}
}

#[derive(Policy, Default)]
pub struct Again {}

#[handlers]
impl Again {
    #[react]
    fn placed(&self, _: &OrderPlaced, _: &Context) -> Option<PlaceOrder> {
        None
    }
}

fn main() {}

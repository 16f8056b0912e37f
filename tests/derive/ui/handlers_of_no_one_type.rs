use std::convert::Infallible;

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Command, Serialize, Deserialize)]
pub struct PlaceOrder {
    #[command(id)]
    order: String,
}

#[derive(Command, Serialize, Deserialize)]
pub struct PayOrder {
    #[command(id)]
    order: String,
}

#[derive(Query)]
pub struct OrdersPlaced;

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[handlers]
impl Order {
    #[handle]
    fn place(&self, _: PlaceOrder) -> Result<OrderPlaced, Infallible> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
    #[react]
    fn then(&self, _: &OrderPlaced) -> Option<PayOrder> {
        None
    }
    #[answer]
    fn how_many(&self, _: OrdersPlaced) -> u64 {
        0
    }
}

#[derive(Policy, Default)]
pub struct Again {}

#[handlers]
impl Again {
    #[react]
    fn placed(&self, _: &OrderPlaced) -> Option<PlaceOrder> {
        None
    }
    #[handle]
    fn pay(&self, _: PayOrder) -> Result<(), Infallible> {
        Ok(())
    }
}

bounded_context! {
    Ordering {
        aggregates: [Order],
        policies: [Again],
    }
}

fn main() {}

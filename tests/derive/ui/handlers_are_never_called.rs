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

#[handlers(parts(reactions))]
impl Order {
    #[handle]
    fn place(&self, _: PlaceOrder) -> Result<OrderPlaced, Infallible> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[handlers(part = reactions)]
impl Order {
    #[react]
    fn then(&self, _: &OrderPlaced) -> Option<PlaceOrder> {
        None
    }
}

#[derive(Event, Debug, Clone, PartialEq)]
pub enum ParcelEvent {
    Placed(OrderPlaced),
}

#[derive(Aggregate, Default)]
#[aggregate(event = ParcelEvent)]
pub struct Parcel {}

#[handlers]
impl Parcel {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
    #[apply]
    fn all(&mut self, _: &ParcelEvent) {}
}

#[derive(Policy, Default)]
pub struct Again {}

#[handlers]
impl Again {
    #[apply]
    fn seen(&mut self, _: &OrderPlaced) {}
    #[react]
    fn placed(&self, _: &OrderPlaced) -> Option<PlaceOrder> {
        None
    }
}

#[derive(Projection, Default)]
pub struct Orders {}

#[handlers]
impl Orders {
    #[apply]
    fn seen(&mut self, _: &OrderPlaced) {}
    #[react]
    fn placed(&self, _: &OrderPlaced) -> Option<PlaceOrder> {
        None
    }
}

fn main() {}

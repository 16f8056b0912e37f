use std::convert::Infallible;

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderShipped {}

#[derive(Command, Serialize, Deserialize)]
pub struct PlaceOrder {
    #[command(id)]
    order: String,
}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[handlers(parts(shipping, others))]
impl Order {
    #[handle]
    fn place(&self, _: PlaceOrder) -> Result<OrderPlaced, Infallible> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
    #[apply]
    fn paid(&mut self, _: &OrderPaid) {}
}

#[handlers(part = shipping)]
impl Order {
    #[apply]
    fn shipped(&mut self, _: OrderShipped) {}
}

#[handlers(part = others)]
impl Order {
    #[apply]
    fn other(&mut self, _: RawEvent) {}
}

#[derive(Event)]
pub enum PaymentEvent {
    Paid(OrderPaid),
}

#[derive(Event)]
pub enum ParcelEvent {
    Shipped(OrderShipped),
    #[event(set)]
    Payment(PaymentEvent),
}

#[derive(Aggregate, Default)]
#[aggregate(event = ParcelEvent)]
pub struct Parcel {}

#[handlers]
impl Parcel {
    #[apply]
    fn shipped(&mut self, _: OrderShipped) {}
    #[apply]
    fn paid(&mut self, _: OrderPaid) {}
    #[apply]
    fn placed(&mut self, _: OrderPlaced) {}
}

fn main() {}

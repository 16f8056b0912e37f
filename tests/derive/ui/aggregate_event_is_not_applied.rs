use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderShipped {}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced, OrderPaid, OrderShipped))]
pub struct Order {}

#[handlers]
impl Order {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[derive(Event)]
pub enum ParcelEvent {
    Paid(OrderPaid),
    Shipped(OrderShipped),
}

#[derive(Aggregate, Default)]
#[aggregate(event = ParcelEvent)]
pub struct Parcel {}

#[handlers]
impl Parcel {
    #[apply]
    fn paid(&mut self, _: OrderPaid) {}
}

fn main() {}

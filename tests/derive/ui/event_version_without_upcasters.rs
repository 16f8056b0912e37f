use aether::prelude::*;

#[derive(Deserialize)]
pub struct OrderPlacedV1 {}

impl From<OrderPlacedV1> for OrderPlaced {
    fn from(_: OrderPlacedV1) -> Self {
        Self {}
    }
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(version = 3, upcast(OrderPlacedV1))]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(version = 0)]
pub struct OrderPaid {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(version = 1, upcast(OrderPlacedV1))]
pub struct OrderShipped {}

impl From<OrderPlacedV1> for OrderShipped {
    fn from(_: OrderPlacedV1) -> Self {
        Self {}
    }
}

fn main() {}

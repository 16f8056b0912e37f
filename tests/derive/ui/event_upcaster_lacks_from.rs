use aether::prelude::*;

#[derive(Deserialize)]
pub struct OrderPlacedV1 {}

#[derive(Deserialize)]
pub struct OrderPlacedV2 {}

impl From<OrderPlacedV1> for OrderPlacedV2 {
    fn from(_: OrderPlacedV1) -> Self {
        Self {}
    }
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(upcast(OrderPlacedV1, OrderPlacedV2))]
pub struct OrderPlaced {}

fn main() {}

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentCaptured {}

#[derive(Command, Serialize, Deserialize)]
pub struct PlaceOrder {
    #[command(id)]
    order: String,
}

#[derive(Command, Serialize, Deserialize)]
pub struct ShipOrder {
    #[command(id)]
    order: String,
}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[handlers]
impl Order {
    #[handle]
    fn place(&self, _: PlaceOrder) -> Result<OrderPlaced, std::fmt::Error> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[derive(Policy, Default)]
pub struct ShipWhenPaid;

#[handlers]
impl ShipWhenPaid {
    #[react]
    fn captured(&self, _: &PaymentCaptured) -> Option<ShipOrder> {
        None
    }
}

#[derive(Policy, Default)]
pub struct ShipWhenPlaced;

#[handlers]
impl ShipWhenPlaced {
    #[react]
    fn placed(&self, _: &OrderPlaced) -> Vec<ShipOrder> {
        Vec::new()
    }
}

bounded_context! {
    pub Ordering {
        aggregates: [Order],
        policies: [ShipWhenPaid, ShipWhenPlaced],
    }
}

fn main() {}

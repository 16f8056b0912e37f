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

#[derive(Aggregate, Default)]
#[aggregate(events(PaymentCaptured))]
pub struct Payment {}

#[handlers]
impl Payment {
    #[handle]
    fn place(&self, _: PlaceOrder) -> Result<PaymentCaptured, std::fmt::Error> {
        Ok(PaymentCaptured {})
    }
    #[apply]
    fn captured(&mut self, _: &PaymentCaptured) {}
}

bounded_context! {
    pub Ordering {
        aggregates: [Order, Payment],
    }
}

fn main() {}

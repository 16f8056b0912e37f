use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

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

#[derive(Command, Serialize, Deserialize)]
pub struct CancelOrder {
    #[command(id)]
    order: String,
}

#[derive(Command, Serialize, Deserialize)]
pub struct PayOrder {
    #[command(id)]
    order: String,
}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[handlers]
impl Order {
    #[handle]
    fn place(&self, _: PlaceOrder) -> Result<OrderPlaced, String> {
        Ok(OrderPlaced {})
    }
    #[handle]
    fn ship(&self, _: ShipOrder) -> Result<OrderPlaced, &'static str> {
        Ok(OrderPlaced {})
    }
    #[handle]
    fn cancel(&self, _: CancelOrder) -> Result<OrderPlaced, ()> {
        Ok(OrderPlaced {})
    }
    #[handle]
    fn pay(&self, _: PayOrder) -> Result<OrderPlaced, Box<dyn std::error::Error + Send + Sync>> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[derive(Policy, Default)]
pub struct Again {}

#[handlers]
impl Again {
    #[react]
    fn placed(&self, _: &OrderPlaced) -> Option<PlaceOrder> {
        None
    }
}

bounded_context! {
    Ordering {
        aggregates: [Order],
        policies: [Again],
    }
}

fn main() {}

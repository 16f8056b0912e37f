use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(nmae = "paid", version = 2, alias("a", "a"))]
pub struct OrderPaid {
    #[event(id)]
    order: String,
}

#[derive(Command, Serialize, Deserialize)]
pub struct PlaceOrder {
    #[command(id)]
    order: String,
}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced, OrderPaid), nam = "o", name = "a.b")]
pub struct Order {}

#[handlers]
impl Order {
    #[handle(bye(Customer))]
    async fn place(&mut self, _: &PlaceOrder) -> Result<OrderPlaced, std::fmt::Error> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&self, _: OrderPlaced) -> bool {
        true
    }
    #[apply]
    #[react]
    fn paid(&mut self, _: &OrderPaid) {}
}

fn main() {}

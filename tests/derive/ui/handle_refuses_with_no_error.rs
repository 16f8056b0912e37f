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

#[derive(Debug, Clone, PartialEq)]
pub struct Label;

#[handlers]
impl Order {
    #[handle]
    fn place(&self, _: PlaceOrder) -> Result<OrderPlaced, Label> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

fn main() {}

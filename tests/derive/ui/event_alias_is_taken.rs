use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(alias("OrderPlaced"))]
pub struct OrderSubmitted {}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced, OrderSubmitted))]
pub struct Order {}

#[handlers]
impl Order {
    #[apply]
    fn placed(&mut self, _: OrderPlaced) {}
    #[apply]
    fn submitted(&mut self, _: OrderSubmitted) {}
}

fn main() {}

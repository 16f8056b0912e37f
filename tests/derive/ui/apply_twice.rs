use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[handlers]
impl Order {
    #[apply]
    fn submitted(&mut self, _: OrderPlaced) {}
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

fn main() {}

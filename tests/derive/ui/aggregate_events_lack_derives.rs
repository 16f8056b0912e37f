use aether::prelude::*;

#[derive(Event, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[handlers]
impl Order {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

fn main() {}

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

pub struct Order;

impl Order {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

fn main() {}

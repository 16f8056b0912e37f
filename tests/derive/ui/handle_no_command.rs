use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Debug, Clone, PartialEq)]
pub struct Label;

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[handlers]
impl Order {
    #[handle]
    fn place(&self, _: Label) -> Result<OrderPlaced, std::fmt::Error> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

fn main() {}

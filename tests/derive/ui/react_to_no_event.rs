use aether::prelude::*;

#[derive(Command, Serialize, Deserialize)]
pub struct ShipOrder {
    #[command(id)]
    order: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Label;

#[derive(Policy, Default)]
pub struct ShipWhenPlaced;

#[handlers]
impl ShipWhenPlaced {
    #[react]
    fn placed(&self, _: &Label) -> Option<ShipOrder> {
        None
    }
}

fn main() {}

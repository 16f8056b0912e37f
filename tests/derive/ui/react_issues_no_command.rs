use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Debug, Clone, PartialEq)]
pub struct Label;

#[derive(Policy, Default)]
pub struct ShipWhenPlaced;

#[handlers]
impl ShipWhenPlaced {
    #[react]
    fn placed(&self, _: &OrderPlaced) -> Option<Label> {
        None
    }
}

fn main() {}

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Policy, Default)]
pub struct ShipWhenPlaced;

#[handlers]
impl ShipWhenPlaced {
    #[react]
    fn placed(&self, _: &OrderPlaced) -> Option<String> {
        None
    }
}

fn main() {}

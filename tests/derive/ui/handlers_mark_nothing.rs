use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Policy, Default)]
pub struct ShipWhenPlaced;

#[handlers]
impl ShipWhenPlaced {
    fn placed(&self, _: &OrderPlaced) {}
}

#[derive(Projection, Default)]
pub struct Orders {}

#[handlers]
impl Orders {
    #[apply = "always"]
    fn placed<E>(&mut self, _: &OrderPlaced, _: &Origin<'_>, _: E) {}
    #[apply]
    fn nothing(&mut self) {}
}

fn main() {}

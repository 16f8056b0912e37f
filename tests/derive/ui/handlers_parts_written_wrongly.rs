use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    order: u64,
}

#[derive(Aggregate, Default)]
#[aggregate(event = OrderPlaced)]
pub struct Order {}

#[handlers(parts(placing))]
impl Order {}

#[handlers(part = placing, parts(paying))]
impl Order {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[derive(Projection, Default)]
pub struct Orders {}

#[handlers(part, parts = paying, part("paying"))]
impl Orders {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[derive(Projection, Default)]
pub struct Payments {}

#[handlers(parts(paying, "owing", paying))]
impl Payments {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

fn main() {}

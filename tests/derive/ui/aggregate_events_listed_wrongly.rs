use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

pub mod web {
    use super::*;

    #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct OrderPlaced {}
}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced, OrderPlaced, web::OrderPlaced))]
pub struct Order {}

#[handlers]
impl Order {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[derive(Aggregate, Default)]
#[aggregate(events())]
pub struct Parcel {}

#[handlers]
impl Parcel {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

fn main() {}

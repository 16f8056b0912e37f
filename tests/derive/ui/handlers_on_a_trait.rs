use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

pub struct Order;

#[handlers]
impl Clone for Order {
    fn clone(&self) -> Self {
        Self
    }
}

pub struct Parcel;

#[handlers(event = OrderPlaced)]
impl Parcel {
    fn weight(&self) -> u32 {
        1
    }
}

fn main() {}

use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Serialize, Deserialize)]
pub enum OrderEvent {
    Placed(OrderPlaced),
    Opened { by: String },
}

fn main() {}

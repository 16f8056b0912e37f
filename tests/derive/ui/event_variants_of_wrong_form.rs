use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event)]
pub enum OrderEvent {
    Placed(OrderPlaced),
    #[event(name = "Submitted")]
    Submitted(OrderPlaced),
    #[event(other)]
    Unknown(RawEvent),
}

#[derive(Event, Serialize, Deserialize)]
pub enum StockEvent {
    Moved(u32, u32),
    #[event(other)]
    Unknown(String),
}

#[derive(Event)]
pub enum Nothing {}

fn main() {}

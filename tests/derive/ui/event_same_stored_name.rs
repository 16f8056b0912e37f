use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(name = "OrderPlaced")]
pub struct OrderSubmitted {}

#[derive(Event)]
pub enum OrderEvent {
    Placed(OrderPlaced),
    Submitted(OrderSubmitted),
}

#[derive(Event, Serialize, Deserialize)]
pub enum StockEvent {
    Received {},
    #[event(alias("Received"))]
    TakenIn {},
}

fn main() {}

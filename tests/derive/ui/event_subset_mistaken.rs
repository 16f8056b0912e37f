use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StockEvent {
    Received { quantity: u32 },
    Counted,
    Lost { quantity: u32 },
}

/// A variant that the set has not, one of another form, and one whose field is of another type.
#[derive(Event)]
#[event(subset_of = StockEvent)]
pub enum Taken {
    Stolen { quantity: u32 },
    Counted { by: String },
    Lost { quantity: String },
}

#[derive(Event)]
#[event(subset_of = StockEvent, prefix = "Stock")]
pub enum Keyed {
    #[event(name = "StockCounted")]
    Counted,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event)]
#[event(subset_of = StockEvent)]
pub enum OfStructs {
    Placed(OrderPlaced),
}

fn main() {}

use aether::prelude::*;

#[derive(Event, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum StockEvent {
    #[serde(skip)]
    Counted,
    Received {
        quantity: u32,
    },
}

fn main() {}

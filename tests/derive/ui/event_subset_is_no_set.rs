use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StockEvent {
    Received { quantity: u32 },
    Counted,
}

#[derive(Event)]
#[event(subset_of = StockEvent)]
pub enum Taken {
    Received { quantity: u32 },
}

#[derive(Projection, Default)]
pub struct Stock {}

#[handlers]
impl Stock {
    #[apply]
    fn taken(&mut self, _: Taken) {}
}

fn main() {}

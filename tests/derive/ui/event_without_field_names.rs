use aether::prelude::*;

#[derive(Event, Serialize, Deserialize)]
pub struct DayClosed;

#[derive(Event, Serialize, Deserialize)]
pub struct OrderRenamed(String);

#[derive(Event)]
pub union Either {
    left: u8,
}

fn main() {}

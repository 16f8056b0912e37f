use aether::prelude::*;

#[derive(Command, Serialize, Deserialize)]
pub struct PlaceOrder {
    #[command(id)]
    order: Vec<u8>,
}

fn main() {}

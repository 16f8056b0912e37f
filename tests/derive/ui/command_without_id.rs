use aether::prelude::*;

#[derive(Command, Serialize, Deserialize)]
pub struct PlaceOrder {
    order: String,
}

#[derive(Command, Serialize, Deserialize)]
pub struct ShipOrder {
    #[command(id)]
    order: String,
    #[command(id)]
    parcel: String,
}

#[derive(Command, Serialize, Deserialize)]
pub enum CancelOrder {}

#[derive(Command, Serialize, Deserialize)]
pub struct CloseOrder {
    #[command(key)]
    order: String,
}

fn main() {}

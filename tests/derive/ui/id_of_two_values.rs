use aether::prelude::*;

#[derive(Id)]
pub struct OrderId {
    shop: String,
    number: u64,
}

#[derive(Command, Serialize, Deserialize)]
pub struct PlaceOrder {
    #[command(id)]
    order: Parcel,
}

#[derive(Id, Serialize, Deserialize)]
pub struct Parcel(String, u64);

fn main() {}

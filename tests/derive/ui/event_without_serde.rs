use aether::prelude::*;

#[derive(Event)]
pub struct OrderPlaced {
    order: String,
}

fn main() {}

use aether::prelude::*;

#[derive(Event)]
pub enum OrderEvent {
    Renamed(String),
}

fn main() {}

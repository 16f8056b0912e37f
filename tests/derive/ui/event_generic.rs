use aether::prelude::*;

#[derive(Event, Serialize, Deserialize)]
pub struct Changed<T> {
    to: T,
}

#[derive(Command, Serialize, Deserialize)]
pub struct Change<T> {
    #[command(id)]
    to: T,
}

fn main() {}

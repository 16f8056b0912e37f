use aether::prelude::*;

#[derive(Command, Serialize, Deserialize)]
pub struct Ship {
    #[command(id)]
    order: String,
}

#[derive(Command)]
pub enum Mixed {
    Ship(Ship),
    Void { order: String },
    Nothing,
}

#[derive(Command)]
pub enum NoCommand {
    Ship(Ship),
    Text(String),
    Late(After<String>),
}

fn main() {}

use aether::prelude::*;

#[derive(Event, Serialize, Deserialize)]
pub struct Registered {
    pub customer: String,
    pub name: Personal<String>,
    pub nicknames: Vec<Personal<String>>,
}

#[derive(Command, Serialize, Deserialize)]
pub struct Register {
    #[command(id)]
    pub customer: String,
    pub name: Option<Personal<String>>,
}

fn main() {}

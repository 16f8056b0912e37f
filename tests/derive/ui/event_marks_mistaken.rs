use aether::prelude::*;

#[derive(Command, Serialize, Deserialize)]
pub struct Open {
    #[command(id)]
    order: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(private, public)]
pub struct Both {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(deprecated(sinc = "2"))]
pub struct Misspelt {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(deprecated = "2")]
pub struct WrongForm {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(deprecated(instead = String))]
pub struct WrongEvent {}

fn main() {}

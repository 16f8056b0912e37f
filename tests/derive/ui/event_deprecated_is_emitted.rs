#![deny(deprecated)]
use aether::prelude::*;

#[derive(Command, Serialize, Deserialize)]
pub struct Open {
    #[command(id)]
    order: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(deprecated(since = "2", instead = Opened))]
pub struct Peeked {}

#[derive(Aggregate, Default)]
#[aggregate(events(Opened, Peeked))]
pub struct Order {}

#[handlers]
impl Order {
    #[handle]
    fn open(&self, _: Open) -> Result<(Opened, Option<Peeked>), std::fmt::Error> {
        Ok((Opened {}, None))
    }
    #[apply]
    fn opened(&mut self, _: Opened) {}
    #[apply]
    fn peeked(&mut self, _: Peeked) {}
}

fn main() {}

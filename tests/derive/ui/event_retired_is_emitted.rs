use aether::prelude::*;

#[derive(Command, Serialize, Deserialize)]
pub struct Open {
    #[command(id)]
    order: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(retired)]
pub struct Torn {}

#[derive(Aggregate, Default)]
#[aggregate(events(Torn))]
pub struct Order {}

#[handlers]
impl Order {
    #[handle]
    fn open(&self, _: Open) -> Result<Torn, std::fmt::Error> {
        Ok(Torn {})
    }
    #[apply]
    fn torn(&mut self, _: Torn) {}
}

fn main() {}

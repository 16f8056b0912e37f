use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {}

#[derive(Event)]
#[event(prefix = "Door", name = "DoorEvent")]
pub enum Prefixed {
    Opened(Opened),
}

#[derive(Event)]
pub enum TwoOthers {
    Opened(Opened),
    #[event(other)]
    Unknown(RawEvent),
    #[event(other)]
    Newer(RawEvent),
}

#[derive(Event)]
pub enum NamedOther {
    Opened(Opened),
    #[event(other, name = "Anything")]
    Unknown(RawEvent),
}

#[derive(Event)]
pub enum InlineOther {
    Shut { by: u32 },
    #[event(other)]
    Unknown(RawEvent),
}

fn main() {}

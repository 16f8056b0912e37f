use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event]
pub struct Opened {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event = "Shut"]
pub struct Closed {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(name = "A", name = "B")]
pub struct Twice {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(name = " ", alias(""))]
pub struct Nameless {}

#[derive(Command, Serialize, Deserialize)]
#[command(alias("Open", "Shut", "Shut"), nmae = "Open")]
pub struct Open {
    #[command(id)]
    door: u64,
}

#[derive(Policy, Default)]
#[policy(contxt = Doors)]
pub struct CloseWhenOpened;

#[handlers]
impl CloseWhenOpened {
    #[react]
    fn opened(&self, _: &Opened) -> Option<Open> {
        None
    }
}

#[derive(Projection, Default)]
#[projection(read_by = Guest)]
pub struct Draughts;

#[handlers]
impl Draughts {
    #[apply]
    fn opened(&mut self, _: &Opened) {}
}

#[derive(ExternalSystem)]
#[external_system(emit(Opened), handles(Opened), notified_of(Open))]
pub struct Caretaker;

#[derive(Query)]
#[query(title = "How cold?")]
pub struct HowCold;

#[derive(Persona)]
#[persona("Guest")]
pub struct Guest;

#[derive(Id)]
#[id(name = "Door")]
pub struct DoorId(u64);

fn main() {}

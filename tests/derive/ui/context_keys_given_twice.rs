use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {}

#[derive(Aggregate, Default)]
#[aggregate(events(Opened))]
pub struct Door {}

#[handlers]
impl Door {
    #[apply]
    fn opened(&mut self, _: &Opened) {}
}

bounded_context! {
    pub House {
        aggregates: [Door],
        owner: "Nobody",
        aggregates: [],
        owner: Somebody,
    }
}

fn main() {}

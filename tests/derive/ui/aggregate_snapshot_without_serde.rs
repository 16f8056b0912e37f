use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {}

#[derive(Aggregate, Default)]
#[aggregate(events(Opened), snapshot)]
pub struct Account {}

#[handlers]
impl Account {
    #[apply]
    fn opened(&mut self, _event: &Opened) {}
}

fn main() {}

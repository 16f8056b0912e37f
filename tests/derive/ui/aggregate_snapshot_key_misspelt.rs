use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {}

#[derive(Aggregate, Default, Serialize, Deserialize)]
#[aggregate(events(Opened), snapshot(versoin = 2))]
pub struct Account {}

#[handlers]
impl Account {
    #[apply]
    fn opened(&mut self, _event: &Opened) {}
}

#[derive(Aggregate, Default, Serialize, Deserialize)]
#[aggregate(events(Opened), snapshot = 2)]
pub struct Purse {}

#[handlers]
impl Purse {
    #[apply]
    fn opened(&mut self, _event: &Opened) {}
}

#[derive(Aggregate, Default, Serialize, Deserialize)]
#[aggregate(events(Opened), snapshot(version, trusted = 1))]
pub struct Wallet {}

#[handlers]
impl Wallet {
    #[apply]
    fn opened(&mut self, _event: &Opened) {}
}

fn main() {}

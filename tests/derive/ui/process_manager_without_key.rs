use aether::prelude::*;

#[derive(Id, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderId(String);

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    pub order: OrderId,
    pub reference: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    pub order: OrderId,
}

#[derive(Command, Serialize, Deserialize)]
pub struct ShipOrder {
    #[command(id)]
    pub order: OrderId,
}

#[derive(ProcessManager, Default)]
pub struct NoKey;

#[handlers]
impl NoKey {
    #[react(key = order)]
    fn placed(&self, _: &OrderPlaced) {}
}

#[derive(ProcessManager, Default)]
#[process_manager(kee = OrderId)]
pub struct Misspelt;

#[handlers]
impl Misspelt {
    #[react(key = order)]
    fn placed(&self, _: &OrderPlaced) {}
}

#[derive(ProcessManager, Default)]
#[process_manager(key, name = "a.b")]
pub struct NoType;

#[handlers]
impl NoType {
    #[react(key = order)]
    fn placed(&self, _: &OrderPlaced) {}
}

fn main() {}

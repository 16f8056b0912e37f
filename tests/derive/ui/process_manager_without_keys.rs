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
#[process_manager(key = OrderId)]
pub struct NoBlock;

#[derive(ProcessManager, Default)]
#[process_manager(key = OrderId)]
pub struct NoKeys;

#[handlers]
impl NoKeys {
    #[react]
    fn placed(&self, _: &OrderPlaced) {}
}

fn main() {}

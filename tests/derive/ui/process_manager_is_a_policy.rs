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

#[derive(Policy, Default)]
pub struct ShipWhenPaid;

#[handlers]
impl ShipWhenPaid {
    #[react(key = order)]
    fn placed(&self, _: &OrderPlaced) {}
    #[react(key = order)]
    fn paid(&self, _: &OrderPaid) {}
}

fn main() {}

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
pub struct Fulfilment;

#[handlers]
impl Fulfilment {
    #[apply(key = order)]
    fn placed(&mut self, _: &OrderPlaced) {}
    #[react(key = reference)]
    fn on_placed(&self, _: &OrderPlaced) {}
    #[react]
    fn paid(&self, _: &OrderPaid) {}
    #[handle]
    fn ship(&self, _: ShipOrder) -> Result<(), std::fmt::Error> {
        Ok(())
    }
    #[apply]
    fn other(&mut self, _: RawEvent) {}
}

#[derive(ProcessManager, Default)]
#[process_manager(key = OrderId)]
pub struct KeyOnHandle;

#[handlers]
impl KeyOnHandle {
    #[react(key)]
    fn placed(&self, _: &OrderPlaced) {}
    #[react(by(OrderId), key = order)]
    fn paid(&self, _: &OrderPaid) {}
}

fn main() {}

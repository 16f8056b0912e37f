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

#[derive(Event, Debug, Clone, PartialEq)]
pub enum OrderEvent {
    Placed(OrderPlaced),
    Paid(OrderPaid),
}

#[derive(ProcessManager, Default)]
#[process_manager(key = OrderId)]
pub struct Fulfilment;

#[handlers]
impl Fulfilment {
    #[apply(key = order)]
    fn paid(&mut self, _: &OrderPaid) {}
    #[react(key = |event| match event {
        OrderEvent::Placed(placed) => &placed.order,
        OrderEvent::Paid(paid) => &paid.order,
    })]
    fn any(&self, _: &OrderEvent) {}
}

fn main() {}

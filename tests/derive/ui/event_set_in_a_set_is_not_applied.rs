use aether::prelude::*;
use std::convert::Infallible;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderShipped {}

#[derive(Event)]
pub enum PaymentEvent {
    Paid(OrderPaid),
}

#[derive(Event)]
pub enum OrderEvent {
    Placed(OrderPlaced),
    #[event(set)]
    Payment(PaymentEvent),
}

#[derive(Command, Serialize, Deserialize)]
pub struct ShipOrder {
    #[command(id)]
    order: String,
}

#[derive(Aggregate, Default)]
#[aggregate(event = OrderEvent)]
pub struct Order {}

#[handlers]
impl Order {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}

    #[handle]
    fn ship(&self, _: ShipOrder) -> Result<OrderShipped, Infallible> {
        Ok(OrderShipped {})
    }
}

fn main() {}

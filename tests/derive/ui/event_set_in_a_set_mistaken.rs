use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {}

#[derive(Event)]
pub enum OrderEvent {
    Placed(OrderPlaced),
    #[event(other)]
    Unknown(RawEvent),
}

#[derive(Event)]
pub enum PaymentEvent {
    Paid(OrderPaid),
}

#[derive(Event)]
pub enum ShopEvent {
    #[event(set)]
    Order(OrderEvent),
    #[event(set)]
    Payment(PaymentEvent),
}

#[derive(Event)]
pub enum TwiceEvent {
    #[event(set)]
    Payment(PaymentEvent),
    #[event(set)]
    Money(Box<PaymentEvent>),
}

#[derive(Event)]
pub enum BothEvent {
    Paid(OrderPaid),
    #[event(set)]
    Payment(PaymentEvent),
}

#[derive(Event)]
pub enum NamedEvent {
    Placed(OrderPlaced),
    #[event(set, name = "Payment")]
    Payment(PaymentEvent),
    #[event(set)]
    Owed(u64),
}

#[derive(Event, Serialize, Deserialize)]
pub enum StockEvent {
    #[event(set)]
    Counted { by: u32 },
}

fn main() {}

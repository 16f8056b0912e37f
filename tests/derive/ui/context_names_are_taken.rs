use aether::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PaymentCaptured {}

#[derive(Command, Serialize, Deserialize)]
pub struct PlaceOrder {
    #[command(id)]
    order: String,
}

#[derive(Command, Serialize, Deserialize)]
pub struct ShipOrder {
    #[command(id)]
    order: String,
}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced))]
pub struct Order {}

#[handlers]
impl Order {
    #[handle]
    fn place(&self, _: PlaceOrder) -> Result<OrderPlaced, std::fmt::Error> {
        Ok(OrderPlaced {})
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[derive(Aggregate, Default)]
#[aggregate(events(OrderPlaced), event = ParcelEvent)]
pub struct Parcel {}

#[handlers]
impl Parcel {
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[derive(Aggregate, Default)]
#[aggregate(events(PaymentCaptured), name = "Order")]
pub struct Payment {}

#[handlers]
impl Payment {
    #[apply]
    fn captured(&mut self, _: &PaymentCaptured) {}
}

bounded_context! {
    pub Ordering {
        aggregates: [Order, Parcel, Payment],
    }
}

fn main() {}

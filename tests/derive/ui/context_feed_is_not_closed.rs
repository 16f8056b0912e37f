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

#[derive(Projection, Default)]
pub struct Payments;

#[handlers]
impl Payments {
    #[apply]
    fn captured(&mut self, _: &PaymentCaptured) {}
}

#[derive(ExternalSystem)]
#[external_system(notified_of(PaymentCaptured))]
pub struct Bookkeeping;

bounded_context! {
    pub Ordering {
        aggregates: [Order],
        projections: [Payments],
        external_systems: [Bookkeeping],
    }
}

fn main() {}

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
    fn place(&self, _: PlaceOrder) -> Result<PaymentCaptured, std::fmt::Error> {
        Ok(PaymentCaptured {})
    }
    #[handle]
    fn ship(
        &self,
        _: ShipOrder,
    ) -> Result<(OrderPlaced, Option<PaymentCaptured>), std::fmt::Error> {
        Err(std::fmt::Error)
    }
    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

fn main() {}

use aether::prelude::*;

use super::CreateShipment;
use crate::order_fulfilment::ordering::OrderConfirmed;

/// Whenever an order is confirmed, create its shipment.
#[derive(Policy, Debug, Default)]
pub struct CreateShipmentWhenConfirmed;

#[handlers]
impl CreateShipmentWhenConfirmed {
    #[react]
    fn confirmed(&self, event: &OrderConfirmed) -> CreateShipment {
        CreateShipment {
            order: event.order.clone(),
            warehouse: event.warehouse.clone(),
            lines: event.lines.clone(),
            deliver_to: event.deliver_to.clone(),
        }
    }
}

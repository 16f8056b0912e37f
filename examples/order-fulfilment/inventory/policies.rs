use aether::prelude::*;

use super::{ReleaseStock, ReserveStock};
use crate::order_fulfilment::ordering::{OrderCancelled, OrderPlaced, OrderRejected};

/// Whenever an order is placed, reserve its stock.
#[derive(Policy, Debug, Default)]
pub struct ReserveStockWhenPlaced;

#[handlers]
impl ReserveStockWhenPlaced {
    #[react]
    fn placed(&self, event: &OrderPlaced) -> ReserveStock {
        ReserveStock {
            warehouse: event.warehouse.clone(),
            order: event.order.clone(),
            lines: event.lines.clone(),
        }
    }
}

/// Order rejected or cancelled: release its stock.
#[derive(Policy, Debug, Default)]
pub struct ReleaseStockWhenOrderFails;

#[handlers]
impl ReleaseStockWhenOrderFails {
    #[react]
    fn rejected(&self, event: &OrderRejected) -> ReleaseStock {
        ReleaseStock {
            warehouse: event.warehouse.clone(),
            order: event.order.clone(),
        }
    }

    #[react]
    fn cancelled(&self, event: &OrderCancelled) -> ReleaseStock {
        ReleaseStock {
            warehouse: event.warehouse.clone(),
            order: event.order.clone(),
        }
    }
}

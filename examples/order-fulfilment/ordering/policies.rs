use aether::prelude::*;

use super::{ConfirmOrder, RejectOrder, RejectionReason};
use crate::order_fulfilment::{
    inventory::StockShortageDetected,
    payment::{PaymentCaptured, PaymentDeclined},
};

/// Whenever payment is captured, confirm the order.
#[derive(Policy, Debug, Default)]
pub struct ConfirmOrderWhenPaid;

#[handlers]
impl ConfirmOrderWhenPaid {
    #[react]
    fn paid(&self, event: &PaymentCaptured) -> ConfirmOrder {
        ConfirmOrder {
            order: event.order.clone(),
        }
    }
}

/// Short of stock or payment declined: reject the order.
#[derive(Policy, Debug, Default)]
pub struct RejectOrderWhenUnfulfillable;

#[handlers]
impl RejectOrderWhenUnfulfillable {
    #[react]
    fn short_of_stock(&self, event: &StockShortageDetected) -> RejectOrder {
        RejectOrder {
            order: event.order.clone(),
            reason: RejectionReason::OutOfStock,
        }
    }

    #[react]
    fn payment_declined(&self, event: &PaymentDeclined) -> RejectOrder {
        RejectOrder {
            order: event.order.clone(),
            reason: RejectionReason::PaymentDeclined,
        }
    }
}

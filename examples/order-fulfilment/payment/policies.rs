use aether::prelude::*;

use super::{CancelPayment, RequestPayment};
use crate::order_fulfilment::{
    Line, inventory::StockReserved, ordering::OrderCancelled, shipping::ParcelReturned,
};

/// Whenever stock is reserved, request payment.
#[derive(Policy, Debug, Default)]
pub struct RequestPaymentWhenReserved;

#[handlers]
impl RequestPaymentWhenReserved {
    #[react]
    fn reserved(&self, event: &StockReserved) -> RequestPayment {
        RequestPayment {
            order: event.order.clone(),
            amount: Line::total(&event.lines),
        }
    }
}

/// Order cancelled or parcel returned: cancel the payment.
#[derive(Policy, Debug, Default)]
pub struct CancelPaymentWhenNoParcel;

#[handlers]
impl CancelPaymentWhenNoParcel {
    #[react]
    fn cancelled(&self, event: &OrderCancelled) -> CancelPayment {
        CancelPayment {
            order: event.order.clone(),
        }
    }

    #[react]
    fn returned(&self, event: &ParcelReturned) -> CancelPayment {
        CancelPayment {
            order: event.order.clone(),
        }
    }
}

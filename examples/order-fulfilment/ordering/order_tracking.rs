use std::collections::BTreeMap;

use aether::{Timestamp, prelude::*};

use super::{CustomerId, OrderCancelled, OrderConfirmed, OrderId, OrderPlaced, OrderRejected};
use crate::order_fulfilment::{
    Cents, Customer,
    shipping::{
        DeliveryAttemptFailed, ParcelDelivered, ParcelDispatched, ParcelReturned, TrackingNumber,
    },
};

/// Where each order is, for the customer who asks.
#[derive(Projection, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[projection(read_by(Customer))]
pub struct OrderTracking {
    /// Each order that was ever placed.
    pub orders: BTreeMap<OrderId, TrackedOrder>,
}

/// An order as its customer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackedOrder {
    /// Whose order it is.
    pub customer: CustomerId,
    /// What it costs.
    pub total: Cents,
    /// How far it has come.
    pub progress: Progress,
    /// Since when.
    pub since: Timestamp,
    /// What the carrier calls the parcel, once there is one.
    pub tracking: Option<TrackingNumber>,
    /// How often the carrier rang in vain.
    pub failed_attempts: u32,
}

/// How far an order has come, in the customer's eyes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Progress {
    /// The shop has it.
    Placed,
    /// The parcel is being packed.
    Confirmed,
    /// The parcel is on its way.
    Dispatched,
    /// The parcel is there.
    Delivered,
    /// Nobody took the parcel in, and it went back.
    Returned,
    /// The shop could not fulfil it.
    Rejected,
    /// The customer called it off.
    Cancelled,
}

impl OrderTracking {
    fn moves_to(&mut self, order: &OrderId, progress: Progress, origin: &Origin<'_>) {
        if let Some(tracked) = self.orders.get_mut(order) {
            (tracked.progress, tracked.since) = (progress, origin.timestamp);
        }
    }
}

#[handlers]
impl OrderTracking {
    #[apply]
    fn placed(&mut self, event: OrderPlaced, origin: &Origin<'_>) {
        let tracked = TrackedOrder {
            customer: event.customer,
            total: event.total,
            progress: Progress::Placed,
            since: origin.timestamp,
            tracking: None,
            failed_attempts: 0,
        };
        self.orders.insert(event.order, tracked);
    }

    #[apply]
    fn confirmed(&mut self, event: &OrderConfirmed, origin: &Origin<'_>) {
        self.moves_to(&event.order, Progress::Confirmed, origin);
    }

    #[apply]
    fn rejected(&mut self, event: &OrderRejected, origin: &Origin<'_>) {
        self.moves_to(&event.order, Progress::Rejected, origin);
    }

    #[apply]
    fn cancelled(&mut self, event: &OrderCancelled, origin: &Origin<'_>) {
        self.moves_to(&event.order, Progress::Cancelled, origin);
    }

    #[apply]
    fn dispatched(&mut self, event: &ParcelDispatched, origin: &Origin<'_>) {
        self.moves_to(&event.order, Progress::Dispatched, origin);
        if let Some(tracked) = self.orders.get_mut(&event.order) {
            tracked.tracking = Some(event.tracking.clone());
        }
    }

    #[apply]
    fn attempt_failed(&mut self, event: &DeliveryAttemptFailed) {
        if let Some(tracked) = self.orders.get_mut(&event.order) {
            tracked.failed_attempts = event.attempt;
        }
    }

    #[apply]
    fn delivered(&mut self, event: &ParcelDelivered, origin: &Origin<'_>) {
        self.moves_to(&event.order, Progress::Delivered, origin);
    }

    #[apply]
    fn returned(&mut self, event: &ParcelReturned, origin: &Origin<'_>) {
        self.moves_to(&event.order, Progress::Returned, origin);
    }
}

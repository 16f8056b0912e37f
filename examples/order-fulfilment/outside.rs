//! The world outside, simulated: a card processor and a carrier that do what a [`Day`] says.
//!
//! [`Day`]: super::day::Day

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    time::Duration,
};

use aether::runtime::{Adapter, Delivery};

use super::{
    ordering::OrderId,
    payment::{CardAnswer, CardProcessor, CardProcessorNotice, RecordPaymentAnswer},
    shipping::{Carrier, CarrierNotice, DeliveryAttempt, RecordDeliveryAttempt},
};

/// A card processor that declines some cards, and charges all others.
#[derive(Debug, Clone, Default)]
pub struct SimulatedCardProcessor {
    /// The orders whose card is declined.
    pub declines: BTreeSet<OrderId>,
    /// How long it thinks about a charge.
    pub thinks_for: Duration,
}

impl Adapter for SimulatedCardProcessor {
    type System = CardProcessor;
    type Notice = CardProcessorNotice;
    type Answer = Option<RecordPaymentAnswer>;
    type Error = Infallible;

    async fn notify(
        &self,
        notice: CardProcessorNotice,
        delivery: &Delivery,
    ) -> Result<Option<RecordPaymentAnswer>, Infallible> {
        let CardProcessorNotice::Charge(request) = notice else {
            return Ok(None);
        };
        tokio::time::sleep(self.thinks_for).await;
        let answer = if self.declines.contains(&request.order) {
            CardAnswer::Declined {
                reason: "insufficient funds".to_owned(),
            }
        } else {
            CardAnswer::Captured {
                reference: format!("charge-{}", delivery.idempotency_key),
            }
        };
        Ok(Some(RecordPaymentAnswer {
            order: request.order,
            answer,
        }))
    }
}

/// A carrier that finds nobody at home at some doors.
#[derive(Debug, Clone, Default)]
pub struct SimulatedCarrier {
    /// How often it rings in vain, for orders where it does.
    pub rings_in_vain: BTreeMap<OrderId, u32>,
}

impl Adapter for SimulatedCarrier {
    type System = Carrier;
    type Notice = CarrierNotice;
    type Answer = RecordDeliveryAttempt;
    type Error = Infallible;

    async fn notify(
        &self,
        notice: CarrierNotice,
        _delivery: &Delivery,
    ) -> Result<RecordDeliveryAttempt, Infallible> {
        let (order, attempt) = match notice {
            CarrierNotice::Deliver(parcel) => (parcel.order, 1),
            CarrierNotice::TryAgain(failed) => (failed.order, failed.attempt + 1),
        };
        let in_vain = self.rings_in_vain.get(&order).copied().unwrap_or_default();
        let result = if attempt <= in_vain {
            DeliveryAttempt::NobodyHome
        } else {
            DeliveryAttempt::Delivered {
                signed_by: "the customer".to_owned(),
            }
        };
        Ok(RecordDeliveryAttempt {
            order,
            attempt,
            result,
        })
    }
}

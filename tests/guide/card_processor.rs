//! Chapter 5: a system that is not ours, and the adapter that speaks with it.

// ANCHOR: system
use aether::{
    prelude::*,
    runtime::{Adapter, Delivery},
};

use crate::billing::{ChargeRequested, RecordPayment};

/// Takes money from cards.
#[derive(ExternalSystem)]
#[external_system(notified_of(ChargeRequested))]
pub struct CardProcessor;
// ANCHOR_END: system

// ANCHOR: adapter
/// Speaks with the card processor: here, with one that always says yes.
#[derive(Clone, Copy)]
pub struct CardClient;

#[derive(Debug, thiserror::Error)]
#[error("the card processor does not answer")]
pub struct NoAnswer;

impl Adapter for CardClient {
    type System = CardProcessor;
    type Notice = ChargeRequested;
    type Answer = RecordPayment;
    type Error = NoAnswer;

    async fn notify(
        &self,
        notice: ChargeRequested,
        delivery: &Delivery,
    ) -> Result<RecordPayment, NoAnswer> {
        // An HTTP request would carry the key, so that a card is charged once.
        let receipt = format!("receipt-{}", delivery.idempotency_key);
        let charge = notice.charge;
        Ok(RecordPayment { charge, receipt })
    }
}
// ANCHOR_END: adapter

use aether::prelude::*;

use super::{PaymentRefunded, PaymentRequested};

/// Charges cards, and pays back. It answers when it likes.
#[derive(ExternalSystem, Debug)]
#[external_system(notified_of(PaymentRequested, PaymentRefunded))]
pub struct CardProcessor;

/// What the card processor is told.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum CardProcessorNotice {
    /// Charge this card.
    Charge(PaymentRequested),
    /// Pay this back.
    PayBack(PaymentRefunded),
}

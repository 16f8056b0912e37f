use aether::prelude::*;

use super::{PaymentRequested, PaymentReturned};

/// Takes money from visitors, or does not, when it likes.
#[derive(ExternalSystem, Debug)]
#[external_system(notified_of(PaymentRequested, PaymentReturned))]
pub struct PaymentProvider;

/// What the payment provider is told.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum ProviderNotice {
    /// Take this.
    Take(PaymentRequested),
    /// Give this back.
    GiveBack(PaymentReturned),
}

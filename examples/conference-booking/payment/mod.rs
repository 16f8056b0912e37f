//! Payment: the money for seats.

mod charge;
mod payment_provider;

use aether::bounded_context;

pub use self::{
    charge::{
        Charge, ChargeEvent, ChargeRefusal, Euros, PaymentOutcome, PaymentReceived, PaymentRefused,
        PaymentRequested, PaymentReturned, PaymentReversal, PaymentVoided, RecordPayment,
        RequestPayment, VoidPayment,
    },
    payment_provider::{PaymentProvider, ProviderNotice},
};

bounded_context! {
    /// Takes the money for seats, and gives back what is not owed.
    pub Payment {
        owner: "Accounts",
        aggregates: [Charge],
        external_systems: [PaymentProvider],
    }
}

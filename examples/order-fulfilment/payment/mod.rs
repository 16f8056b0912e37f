//! Payment: asks for the money, and gives it back when there is no parcel for it.

mod card_payment;
mod card_processor;
mod policies;

use aether::bounded_context;

pub use self::{
    card_payment::{
        CancelPayment, CardAnswer, CardPayment, CardPaymentEvent, PaymentCancelled,
        PaymentCaptured, PaymentDeclined, PaymentOutcome, PaymentRefunded, PaymentRefusal,
        PaymentRequested, PaymentReversal, PaymentStatus, RecordPaymentAnswer, RequestPayment,
    },
    card_processor::{CardProcessor, CardProcessorNotice},
    policies::{CancelPaymentWhenNoParcel, RequestPaymentWhenReserved},
};
use super::{Inventory, Ordering, Shipping};

bounded_context! {
    /// Takes the money for goods that are put aside, and gives back what is not owed.
    pub Payment {
        owner: "Team Money",
        aggregates: [CardPayment],
        policies: [RequestPaymentWhenReserved, CancelPaymentWhenNoParcel],
        external_systems: [CardProcessor],
        upstream: [Inventory, Ordering, Shipping],
    }
}

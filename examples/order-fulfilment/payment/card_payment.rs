//! The payment of an order by card: asked for once, answered once, and given back at most once.

use std::convert::Infallible;

use aether::prelude::*;

use super::CardProcessor;
use crate::order_fulfilment::{Cents, ordering::OrderId};

// ------------------------------------------------------------------------------------- commands

/// Ask for the money of an order.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequestPayment {
    /// For which order.
    #[command(id)]
    pub order: OrderId,
    /// How much.
    pub amount: Cents,
}

/// Note what the card processor says about a charge.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordPaymentAnswer {
    /// For which order.
    #[command(id)]
    pub order: OrderId,
    /// What it says.
    pub answer: CardAnswer,
}

/// Do without the money of an order, and give it back if it is here.
#[derive(Command, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CancelPayment {
    /// Of which order.
    #[command(id)]
    pub order: OrderId,
}

/// What the card processor says about a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CardAnswer {
    /// The money is here.
    Captured {
        /// What the processor calls the charge.
        reference: String,
    },
    /// The card was not charged.
    Declined {
        /// Why, in the processor's words.
        reason: String,
    },
}

// --------------------------------------------------------------------------------------- events

/// The card processor is asked to charge the customer's card.
///
/// Hotspot: how long do goods stay put aside while the processor says nothing?
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentRequested {
    /// For which order.
    pub order: OrderId,
    /// How much.
    pub amount: Cents,
}

/// The money is here.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentCaptured {
    /// For which order.
    pub order: OrderId,
    /// How much.
    pub amount: Cents,
    /// What the processor calls the charge.
    pub reference: String,
}

/// The card was not charged.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentDeclined {
    /// For which order.
    pub order: OrderId,
    /// Why, in the processor's words.
    pub reason: String,
}

/// The money is not wanted any more, and was not here yet.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentCancelled {
    /// For which order.
    pub order: OrderId,
}

/// The money goes back to the customer.
#[derive(Event, Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaymentRefunded {
    /// For which order.
    pub order: OrderId,
    /// How much.
    pub amount: Cents,
    /// What the processor calls the charge.
    pub reference: String,
}

/// How a charge ends.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum PaymentOutcome {
    /// The money is here.
    Captured(PaymentCaptured),
    /// The card was not charged.
    Declined(PaymentDeclined),
    /// The money came after it was cancelled, and goes straight back.
    Refunded(PaymentRefunded),
}

/// How the shop does without the money.
#[derive(Event, Debug, Clone, PartialEq, Eq)]
pub enum PaymentReversal {
    /// It was not here yet.
    Cancelled(PaymentCancelled),
    /// It was here.
    Refunded(PaymentRefunded),
}

/// Why something cannot be done to a payment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaymentRefusal {
    /// The processor answers what nobody asked.
    #[error("no payment was requested for order {order}")]
    NeverRequested {
        /// Which order.
        order: OrderId,
    },
}

// ----------------------------------------------------------------------------------- the payment

/// The payment of an order by card.
#[derive(Aggregate, Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[aggregate(events(
    PaymentRequested,
    PaymentCaptured,
    PaymentDeclined,
    PaymentCancelled,
    PaymentRefunded
))]
pub struct CardPayment {
    status: PaymentStatus,
}

/// How far a payment has come.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentStatus {
    /// Nobody asked for the money.
    #[default]
    NotRequested,
    /// The card processor is asked.
    Requested {
        /// How much.
        amount: Cents,
    },
    /// The money is here.
    Captured {
        /// How much.
        amount: Cents,
        /// What the processor calls the charge.
        reference: String,
    },
    /// The card was not charged.
    Declined,
    /// The money is not wanted any more.
    Cancelled {
        /// How much the processor was asked for before, if it was.
        requested: Option<Cents>,
    },
    /// The money went back.
    Refunded,
}

impl CardPayment {
    /// How far the payment has come.
    pub const fn status(&self) -> &PaymentStatus {
        &self.status
    }
}

#[handlers]
impl CardPayment {
    /// The money is asked for once; not at all, if the order was called off before.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn request(&self, command: RequestPayment) -> Result<Option<PaymentRequested>, Infallible> {
        let RequestPayment { order, amount } = command;
        let first = self.status == PaymentStatus::NotRequested;
        Ok(first.then_some(PaymentRequested { order, amount }))
    }

    /// The first answer counts. Money that comes after all was cancelled goes straight back.
    ///
    /// # Errors
    /// If nobody asked.
    #[handle(by(CardProcessor))]
    pub fn record(
        &self,
        command: RecordPaymentAnswer,
    ) -> Result<Option<PaymentOutcome>, PaymentRefusal> {
        let RecordPaymentAnswer { order, answer } = command;
        Ok(match (&self.status, answer) {
            (PaymentStatus::NotRequested | PaymentStatus::Cancelled { requested: None }, _) => {
                return Err(PaymentRefusal::NeverRequested { order });
            }
            (PaymentStatus::Requested { amount }, CardAnswer::Captured { reference }) => Some(
                PaymentCaptured {
                    order,
                    amount: *amount,
                    reference,
                }
                .into(),
            ),
            (PaymentStatus::Requested { .. }, CardAnswer::Declined { reason }) => {
                Some(PaymentDeclined { order, reason }.into())
            }
            (
                PaymentStatus::Cancelled {
                    requested: Some(amount),
                },
                CardAnswer::Captured { reference },
            ) => Some(
                PaymentRefunded {
                    order,
                    amount: *amount,
                    reference,
                }
                .into(),
            ),
            (
                PaymentStatus::Cancelled { requested: Some(_) }
                | PaymentStatus::Captured { .. }
                | PaymentStatus::Declined
                | PaymentStatus::Refunded,
                _,
            ) => None,
        })
    }

    /// Money that is here goes back; money that is not is not asked for, or not kept.
    ///
    /// # Errors
    /// Never.
    #[handle]
    pub fn cancel(&self, command: CancelPayment) -> Result<Option<PaymentReversal>, Infallible> {
        let order = command.order;
        Ok(match &self.status {
            PaymentStatus::NotRequested | PaymentStatus::Requested { .. } => {
                Some(PaymentCancelled { order }.into())
            }
            PaymentStatus::Captured { amount, reference } => {
                let (amount, reference) = (*amount, reference.clone());
                Some(
                    PaymentRefunded {
                        order,
                        amount,
                        reference,
                    }
                    .into(),
                )
            }
            PaymentStatus::Declined | PaymentStatus::Cancelled { .. } | PaymentStatus::Refunded => {
                None
            }
        })
    }

    #[apply]
    fn was_requested(&mut self, event: &PaymentRequested) {
        self.status = PaymentStatus::Requested {
            amount: event.amount,
        };
    }

    #[apply]
    fn was_captured(&mut self, event: PaymentCaptured) {
        let PaymentCaptured {
            amount, reference, ..
        } = event;
        self.status = PaymentStatus::Captured { amount, reference };
    }

    #[apply]
    fn was_declined(&mut self, _: &PaymentDeclined) {
        self.status = PaymentStatus::Declined;
    }

    #[apply]
    fn was_cancelled(&mut self, _: &PaymentCancelled) {
        let requested = match self.status {
            PaymentStatus::Requested { amount } => Some(amount),
            PaymentStatus::NotRequested
            | PaymentStatus::Captured { .. }
            | PaymentStatus::Declined
            | PaymentStatus::Cancelled { .. }
            | PaymentStatus::Refunded => None,
        };
        self.status = PaymentStatus::Cancelled { requested };
    }

    #[apply]
    fn was_refunded(&mut self, _: &PaymentRefunded) {
        self.status = PaymentStatus::Refunded;
    }
}

//! The world outside, simulated: a payment provider that some visitors keep waiting.

use std::{collections::BTreeMap, convert::Infallible};

use aether::runtime::{Adapter, Delivery};

use super::{
    payment::{PaymentProvider, ProviderNotice, RecordPayment},
    ticketing::RegistrationId,
};

/// What a visitor does when they are asked for money.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Purse {
    /// They pay.
    #[default]
    Open,
    /// They cannot pay.
    Empty,
    /// They say nothing.
    Closed,
}

/// A payment provider that asks visitors for money.
#[derive(Debug, Clone, Default)]
pub struct SimulatedPaymentProvider {
    /// Visitors who do not simply pay.
    pub purses: BTreeMap<RegistrationId, Purse>,
}

impl Adapter for SimulatedPaymentProvider {
    type System = PaymentProvider;
    type Notice = ProviderNotice;
    type Answer = Option<RecordPayment>;
    type Error = Infallible;

    async fn notify(
        &self,
        notice: ProviderNotice,
        _delivery: &Delivery,
    ) -> Result<Option<RecordPayment>, Infallible> {
        let ProviderNotice::Take(request) = notice else {
            return Ok(None);
        };
        let registration = request.registration;
        let purse = self.purses.get(&registration).copied().unwrap_or_default();
        Ok(match purse {
            Purse::Open => Some(RecordPayment {
                registration,
                paid: true,
            }),
            Purse::Empty => Some(RecordPayment {
                registration,
                paid: false,
            }),
            Purse::Closed => None,
        })
    }
}

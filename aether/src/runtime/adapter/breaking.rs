use std::{error::Error, time::Duration};

use recloser::{AsyncRecloser, Recloser};

use super::{Adapter, Delivery};

/// Breaks the circuit to an external system that is out of reach: it is left alone for a while,
/// and then tried with a few events.
///
/// ```
/// use std::time::Duration;
///
/// use aether::runtime::Breaker;
///
/// let breaker = Breaker::new().tries(5).failing(0.6).pause(Duration::from_secs(10));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "it breaks nothing by itself"]
pub struct Breaker {
    tries: usize,
    failing: f32,
    pause: Duration,
    probes: usize,
}

/// An adapter whose circuit is broken while its system is out of reach. What it cannot tell then
/// is told later: nothing is parked for it, and nothing is skipped.
///
/// Whether the system is out of reach, or does not like an event, is for
/// [`Adapter::is_outage`] to say; only the former breaks the circuit.
///
/// ```
/// use aether::{prelude::*, runtime::{Adapter, Breaker, Delivery}};
/// # #[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
/// # pub struct ParcelDispatched { pub parcel: String }
/// # #[derive(ExternalSystem)]
/// # #[external_system(notified_of(ParcelDispatched))]
/// # pub struct Carrier;
///
/// #[derive(Debug, thiserror::Error)]
/// pub enum CarrierError {
///     #[error("the carrier does not answer")]
///     Down,
///     #[error("the carrier does not know the address")]
///     Address,
/// }
///
/// pub struct CarrierClient;
///
/// impl Adapter for CarrierClient {
///     type System = Carrier;
///     type Notice = ParcelDispatched;
///     type Answer = ();
///     type Error = CarrierError;
///
///     async fn notify(&self, _: ParcelDispatched, _: &Delivery) -> Result<(), CarrierError> {
///         Ok(())
///     }
///
///     fn is_outage(&self, err: &CarrierError) -> bool {
///         matches!(err, CarrierError::Down)
///     }
/// }
///
/// let carrier = Breaker::new().around(CarrierClient);
/// # let _ = carrier;
/// ```
#[derive(Debug)]
pub struct Breaking<A> {
    adapter: A,
    circuit: AsyncRecloser,
}

/// Says why an event was not told through a circuit that may be broken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BreakingError<E: Error + 'static> {
    /// The system was out of reach lately, and was not asked.
    #[error("the system was out of reach lately, and is left alone for now")]
    Broken,
    /// The system was asked.
    #[error(transparent)]
    Failed(E),
}

impl Default for Breaker {
    fn default() -> Self {
        Self::new()
    }
}

impl Breaker {
    /// Breaks when half of the last 10 tries failed, for 30 seconds; then 3 tries show whether
    /// the system is back.
    pub const fn new() -> Self {
        Self {
            tries: 10,
            failing: 0.5,
            pause: Duration::from_secs(30),
            probes: 3,
        }
    }

    /// Looks at so many of the last tries; at least one. With fewer nothing is broken.
    pub const fn tries(mut self, tries: usize) -> Self {
        self.tries = if tries == 0 { 1 } else { tries };
        self
    }

    /// Breaks when this part of them failed: between 0 and 1.
    pub const fn failing(mut self, part: f32) -> Self {
        self.failing = part;
        self
    }

    /// Leaves the system alone for so long.
    pub const fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Decides after so many tries whether the system is back; at least one.
    pub const fn probes(mut self, probes: usize) -> Self {
        self.probes = if probes == 0 { 1 } else { probes };
        self
    }

    /// An adapter with this breaker before its system.
    pub fn around<A: Adapter>(self, adapter: A) -> Breaking<A> {
        let circuit = Recloser::custom()
            .error_rate(self.failing)
            .closed_len(self.tries)
            .half_open_len(self.probes)
            .open_wait(self.pause)
            .build();
        Breaking {
            adapter,
            circuit: circuit.into(),
        }
    }
}

impl<A: Adapter> Adapter for Breaking<A> {
    type System = A::System;
    type Notice = A::Notice;
    type Answer = A::Answer;
    type Error = BreakingError<A::Error>;

    async fn notify(
        &self,
        notice: A::Notice,
        delivery: &Delivery,
    ) -> Result<A::Answer, BreakingError<A::Error>> {
        let is_outage = |err: &A::Error| self.adapter.is_outage(err);
        let telling = self.adapter.notify(notice, delivery);
        let told = self.circuit.call_with(is_outage, telling).await;
        told.map_err(|err| match err {
            recloser::Error::Rejected => BreakingError::Broken,
            recloser::Error::Inner(err) => BreakingError::Failed(err),
        })
    }

    fn is_outage(&self, err: &BreakingError<A::Error>) -> bool {
        match err {
            BreakingError::Broken => true,
            BreakingError::Failed(err) => self.adapter.is_outage(err),
        }
    }
}

use std::time::Duration;

use async_nats::{Client, ConnectOptions};

use super::NatsEventBus;
use crate::{
    StoreErrorKind,
    bus::{BusError, BusErrorKind, DEFAULT_CAPACITY},
    store::jetstream::dial,
};

/// How a [`NatsEventBus`] works.
#[derive(Debug, Clone)]
pub struct NatsBusOptions {
    pub(super) capacity: usize,
    pub(super) patience: Duration,
}

impl Default for NatsBusOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl NatsBusOptions {
    /// 1,024 notices for a subscriber that does not read; 10 seconds of patience.
    pub const fn new() -> Self {
        Self {
            capacity: DEFAULT_CAPACITY,
            patience: Duration::from_secs(10),
        }
    }

    /// Keeps so many notices for a subscriber that does not read, and as many that were published
    /// and not sent yet; at least one.
    #[must_use]
    pub const fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// How long to wait for the servers before giving up.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Connects to a server, or to the first that answers of several separated by commas.
    ///
    /// # Errors
    /// `Unavailable` if no server answers, `Misconfigured` if `url` is none or the server does not
    /// take its credentials.
    ///
    /// # Cancel safety
    /// Cancel safe: there is no bus then.
    pub async fn connect(self, url: &str) -> Result<NatsEventBus, BusError> {
        let client = dial(ConnectOptions::new(), url).await.map_err(|err| {
            let kind = if err.kind() == StoreErrorKind::Unavailable {
                BusErrorKind::Unavailable
            } else {
                BusErrorKind::Misconfigured
            };
            BusError::new(kind, "the bus has no connection").because(err)
        })?;
        self.open(client).await
    }

    /// A bus over a connection that may serve for other things as well.
    ///
    /// The connection must bring back what it sends itself, which it does unless `no_echo` is set.
    ///
    /// # Errors
    /// `Unavailable` if the servers do not answer.
    ///
    /// # Panics
    /// If it is not called within a tokio runtime.
    ///
    /// # Cancel safety
    /// Cancel safe: there is no bus then.
    pub async fn open(self, client: Client) -> Result<NatsEventBus, BusError> {
        NatsEventBus::open(self, client).await
    }
}

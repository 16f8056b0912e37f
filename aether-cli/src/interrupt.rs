use std::{future::Future, io, pin::Pin};

use futures_util::FutureExt as _;

use super::failure::Failure;

/// Ctrl-C, which is heard from the moment this is made.
pub(crate) struct Interrupt(Pin<Box<dyn Future<Output = io::Result<()>> + Send>>);

impl Interrupt {
    pub(crate) fn listen() -> Result<Self, Failure> {
        let mut signal: Pin<Box<dyn Future<Output = io::Result<()>> + Send>> =
            Box::pin(tokio::signal::ctrl_c());
        // Polled once, it is heard.
        match (&mut signal).now_or_never() {
            Some(Err(err)) => Err(Failure::Signal(err)),
            Some(Ok(())) | None => Ok(Self(signal)),
        }
    }

    /// Does something, unless Ctrl-C comes first; then it is dropped.
    pub(crate) async fn or<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            _ = &mut self.0 => None,
            done = work => Some(done),
        }
    }
}

use std::{future::Future, io, pin::Pin};

use futures_util::FutureExt as _;

use super::{failure::Failure, outcome::Outcome};

/// Ctrl-C, which is heard from the moment this is made.
pub(crate) struct Interrupt(Pin<Box<dyn Future<Output = io::Result<()>> + Send>>);

/// Does what only reads, unless Ctrl-C comes first; then it is dropped.
pub(crate) async fn unless_interrupted(
    work: impl Future<Output = Result<Outcome, Failure>>,
) -> Result<Outcome, Failure> {
    let mut interrupt = Interrupt::listen()?;
    let done = interrupt.or(work).await;
    done.unwrap_or(Ok(Outcome::BrokenOff))
}

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

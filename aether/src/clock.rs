use std::fmt;
#[cfg(feature = "runtime")]
use std::{future::Future, pin::Pin, time::Duration};

use crate::Timestamp;

/// Tells the time.
///
/// Time is an input: whatever needs it takes a clock, so that a test can set it.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Waits until the clock says that the moment has come; not at all, if it has.
    ///
    /// A clock may be set, forwards and backwards, while someone waits. So this one looks at it
    /// again every second, however far off the moment is; a clock that knows when it is set can
    /// do better.
    ///
    /// # Panics
    /// If it is not awaited within a tokio runtime that has a timer.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    #[cfg(feature = "runtime")]
    fn wait_until(&self, moment: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            while let Some(left) = self.now().until(moment) {
                tokio::time::sleep(left.min(Duration::from_secs(1))).await;
            }
        })
    }
}

/// The clock of the machine; within a simulation, that of the simulation.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[cfg(feature = "simulation")]
        if let Some(now) = crate::simulation::now() {
            return now;
        }
        Timestamp::from_jiff(jiff::Timestamp::now())
    }
}

use std::{fmt, time::Duration};
#[cfg(feature = "runtime")]
use std::{future::Future, pin::Pin};

use tokio::sync::watch;

use crate::{Clock, Timestamp};

/// A clock that stands still until a test moves it.
///
/// Clones show the same time. Whoever waits for a moment is woken when the clock is moved to it,
/// so that a test of a day's deadline takes no day, and sleeps nowhere.
///
/// ```
/// use std::time::Duration;
///
/// use aether::{Clock, testing::ManualClock};
///
/// let clock = ManualClock::new();
/// let before = clock.now();
/// clock.clone().advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), before.after(Duration::from_secs(60)));
/// ```
#[derive(Clone)]
pub struct ManualClock(watch::Sender<Timestamp>);

impl ManualClock {
    /// A clock at the beginning of 1970.
    pub fn new() -> Self {
        Self::at(Timestamp::UNIX_EPOCH)
    }

    /// A clock at some moment.
    pub fn at(moment: Timestamp) -> Self {
        Self(watch::Sender::new(moment))
    }

    /// Moves it forwards.
    pub fn advance(&self, duration: Duration) {
        self.0.send_modify(|now| *now = now.after(duration));
    }

    /// Sets it to a moment, which may also be an earlier one.
    pub fn set(&self, moment: Timestamp) {
        self.0.send_replace(moment);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ManualClock")
            .field(&*self.0.borrow())
            .finish()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    #[cfg(feature = "runtime")]
    fn wait_until(&self, moment: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut moved = self.0.subscribe();
        Box::pin(async move {
            // The sender lives as long as the clock, so waiting does not fail.
            let come = moved.wait_for(|now| *now >= moment).await;
            drop(come);
        })
    }
}

#[cfg(all(test, feature = "runtime"))]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn whoever_waits_is_woken_when_the_moment_has_come_and_not_before() {
        let clock = ManualClock::new();
        let mut waiting = clock.wait_until(Timestamp::UNIX_EPOCH.after(Duration::from_hours(24)));
        clock.advance(Duration::from_hours(23));
        assert!((&mut waiting).now_or_never().is_none());
        clock.set(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_hours(23));
        assert!((&mut waiting).now_or_never().is_none(), "it was set back");
        clock.advance(Duration::from_hours(1));
        assert!(waiting.now_or_never().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_only_tells_the_time_is_looked_at_again_when_it_was_set() {
        #[derive(Debug)]
        struct Told(ManualClock);
        impl Clock for Told {
            fn now(&self) -> Timestamp {
                self.0.now()
            }
        }
        let (clock, began) = (ManualClock::new(), tokio::time::Instant::now());
        let told = Told(clock.clone());
        let waiting = told.wait_until(Timestamp::UNIX_EPOCH.after(Duration::from_hours(24)));
        let setting = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            clock.advance(Duration::from_hours(24));
        };
        tokio::join!(waiting, setting);
        assert!(
            began.elapsed() <= Duration::from_secs(6),
            "a day was not slept"
        );
    }
}

//! The simulation that this thread is in, if it is in one.

use std::{cell::RefCell, time::Duration};

use tokio::time::Instant;
use uuid::Uuid;

use super::{dice::Dice, executor::Executor};
use crate::Timestamp;

thread_local! {
    static PRESENT: RefCell<Option<Present>> = const { RefCell::new(None) };
}

struct Present {
    executor: Executor,
    begun: Instant,
    /// By how much the clock was set forwards.
    ahead: Duration,
    dice: Dice,
    made: u64,
    last_millis: u64,
}

/// Takes this thread out of the simulation when it goes.
pub(super) struct Entered(());

impl Drop for Entered {
    fn drop(&mut self) {
        let left = PRESENT.with_borrow_mut(Option::take);
        drop(left);
    }
}

/// Puts this thread into a simulation.
///
/// # Panics
/// If it is not called within a tokio runtime.
pub(super) fn enter(executor: Executor, dice: Dice) -> Entered {
    let present = Present {
        executor,
        begun: Instant::now(),
        ahead: Duration::ZERO,
        dice,
        made: 0,
        last_millis: 0,
    };
    PRESENT.with_borrow_mut(|at| *at = Some(present));
    Entered(())
}

pub(super) fn executor() -> Option<Executor> {
    PRESENT.with_borrow(|at| Some(at.as_ref()?.executor.clone()))
}

/// How long the run has taken so far, the jumps of its clock left out.
pub(super) fn elapsed() -> Duration {
    PRESENT.with_borrow(|at| {
        at.as_ref()
            .map(|present| present.begun.elapsed())
            .unwrap_or_default()
    })
}

/// Sets the clock forwards.
pub(super) fn jump(by: Duration) {
    PRESENT.with_borrow_mut(|at| {
        if let Some(present) = at {
            present.ahead += by;
        }
    });
}

/// What the clock says; nothing outside of a simulation.
pub(crate) fn now() -> Option<Timestamp> {
    PRESENT.with_borrow(|at| Some(at.as_ref()?.now()))
}

/// A UUID of version 7 that sorts after all that this run has made; nothing outside of one.
pub(crate) fn unique() -> Option<Uuid> {
    PRESENT.with_borrow_mut(|at| Some(at.as_mut()?.unique()))
}

impl Present {
    /// The clock of a run begins in 2030.
    const BEGINNING: Duration = Duration::from_hours(525_960);

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH.after(Self::BEGINNING + self.begun.elapsed() + self.ahead)
    }

    fn unique(&mut self) -> Uuid {
        let millis = u64::try_from(self.now().as_unix_millis()).unwrap_or_default();
        self.last_millis = self.last_millis.max(millis);
        self.made += 1;
        // The version in front of it has 12 bits, the variant is in the highest two of the rest.
        let (high, low) = (self.made >> 20 & 0xfff, self.made & 0xf_ffff);
        let bits = (u128::from(self.last_millis) << 80)
            | (7 << 76)
            | (u128::from(high) << 64)
            | (2 << 62)
            | (u128::from(low) << 42)
            | u128::from(self.dice.below(1 << 42));
        Uuid::from_u128(bits)
    }
}

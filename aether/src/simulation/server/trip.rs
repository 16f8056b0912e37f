use std::time::Duration;

use crate::simulation::{Faults, dice::Dice};

/// What becomes of a request on its way, and of its answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trip {
    /// Nobody is there who would answer, and that is told at once.
    pub(super) is_refused: bool,
    /// How long it takes, if it arrives.
    pub(super) there: Option<Duration>,
    /// How long what is accepted takes until it is applied.
    pub(super) applying: Duration,
    /// How long the answer takes, if it arrives.
    pub(super) back: Option<Duration>,
    /// After how long the request arrives again, if it does.
    pub(super) again: Option<Duration>,
}

impl Trip {
    pub(super) fn of(faults: &Faults, dice: &mut Dice) -> Self {
        let leg = |dice: &mut Dice| {
            if dice.percent(faults.slow) {
                dice.time(faults.delay, Faults::SLOWEST)
            } else {
                dice.time(Duration::ZERO, faults.delay)
            }
        };
        Self {
            is_refused: dice.percent(faults.refused),
            there: (!dice.percent(faults.lost)).then(|| leg(dice)),
            applying: dice.time(Duration::ZERO, faults.delay / 2),
            back: (!dice.percent(faults.lost)).then(|| leg(dice)),
            again: dice.percent(faults.repeated).then(|| leg(dice)),
        }
    }
}

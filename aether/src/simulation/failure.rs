use std::{error::Error, fmt};

use super::{checks::Broken, trace::Step};
use crate::Position;

/// Says what did not hold, under which seed, and all that happened before.
///
/// `{}` shows the last steps, `{:#}` all. The seed gives the very same run again: with [`Simulation::replay`](super::Simulation::replay),
/// or with the environment variable `AETHER_SEED` where a test asks [`seeds`](super::seeds()).
#[non_exhaustive]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What did not hold.
    pub what: String,
    /// Why not.
    pub why: String,
    /// The commit after which it did not hold; none if that is the end.
    pub after: Option<Position>,
    /// What happened, in order.
    pub steps: Vec<Step>,
}

impl Failure {
    /// How many of the last steps are shown.
    const SHOWN: usize = 40;

    pub(super) fn new(seed: u64, broken: Broken, steps: Vec<Step>) -> Self {
        let Broken { what, why, after } = broken;
        Self {
            seed,
            what,
            why,
            after,
            steps,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed, what, why, ..
        } = self;
        write!(f, "seed {seed}: {what}")?;
        match self.after {
            Some(position) => write!(f, " does not hold after the commit at {position}: {why}")?,
            None => write!(f, " does not hold at the end: {why}")?,
        }
        let shown = if f.alternate() {
            usize::MAX
        } else {
            Self::SHOWN
        };
        let hidden = self.steps.len().saturating_sub(shown);
        write!(f, "\n\nthe last steps, of {}:", self.steps.len())?;
        for step in self.steps.iter().skip(hidden) {
            write!(f, "\n{step}")?;
        }
        write!(f, "\n\nthe same run again: AETHER_SEED={seed}")
    }
}

/// The same as `Display`, so that a test that returns it is readable.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Failure {}

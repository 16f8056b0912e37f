use std::{fmt, time::Duration};

use super::{executor::Steps, failure::Failure, trace::Step};

/// What was seen in all runs together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// How many seeds were run.
    pub seeds: u64,
    /// How many commands clients know to be done.
    pub commands: u64,
    /// How many commits were stored.
    pub commits: u64,
    /// How many mishaps there were.
    pub mishaps: u64,
    /// The longest that it took, once all was well again, until each shard of a cluster was with a
    /// node that is there.
    pub healing: Duration,
    /// How many steps tasks have taken.
    pub steps: u64,
    /// How long it took, by the clock of the simulation.
    pub time: Duration,
}

impl Report {
    pub(super) fn add(&mut self, other: &Self) {
        self.seeds += other.seeds;
        self.commands += other.commands;
        self.commits += other.commits;
        self.mishaps += other.mishaps;
        self.healing = self.healing.max(other.healing);
        self.steps += other.steps;
        self.time += other.time;
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seeds,
            commands,
            commits,
            mishaps,
            healing,
            steps,
            time,
        } = self;
        write!(
            f,
            "{seeds} seeds: {commands} commands, {commits} commits, {mishaps} mishaps, \
             {steps} steps in {} simulated seconds",
            time.as_secs()
        )?;
        if healing.is_zero() {
            return Ok(());
        }
        write!(f, "; clusters were whole after at most {healing:?}")
    }
}

/// All that happened under one seed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Replay {
    /// What came of it.
    pub outcome: Result<Report, Box<Failure>>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// Tells this order of all the steps of all tasks from any other.
    pub digest: u64,
}

impl Replay {
    pub(super) const fn new(
        outcome: Result<Report, Box<Failure>>,
        steps: Vec<Step>,
        taken: Steps,
    ) -> Self {
        Self {
            outcome,
            steps,
            digest: taken.digest,
        }
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        writeln!(f, "digest {:016x}", self.digest)
    }
}

use std::{fmt, time::Duration};

use crate::{
    history::{Answer, Trial},
    schedule::Fault,
};

/// What came of some rounds.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) rounds: usize,
    pub(crate) events: usize,
    pub(crate) conflicts: usize,
    pub(crate) in_doubt: usize,
    /// How many transactions were stored.
    pub(crate) transactions: usize,
}

/// What came of a round.
pub(crate) struct Summary<'a> {
    pub(crate) title: String,
    pub(crate) fault: Fault,
    pub(crate) trials: &'a [Trial],
    pub(crate) took: Duration,
}

impl Outcome {
    pub(crate) fn add(&mut self, other: &Self) {
        self.rounds += other.rounds;
        self.events += other.events;
        self.conflicts += other.conflicts;
        self.in_doubt += other.in_doubt;
        self.transactions += other.transactions;
    }
}

impl Summary<'_> {
    pub(crate) fn outcome(&self) -> Outcome {
        Outcome {
            rounds: 1,
            events: self.events(),
            conflicts: self.count(|it| matches!(it, Answer::Conflict { .. })),
            in_doubt: self.count(Answer::is_doubt),
            transactions: self.transactions(),
        }
    }

    /// How many trials had such an answer.
    fn count(&self, such: impl Fn(&Answer) -> bool) -> usize {
        let trials = self.trials.iter();
        trials
            .filter(|trial| trial.answers.iter().any(&such))
            .count()
    }

    /// How many events were acknowledged.
    fn events(&self) -> usize {
        let stored = self.trials.iter().filter(|trial| trial.is_stored());
        stored.map(Trial::events).sum()
    }

    fn transactions(&self) -> usize {
        let stored = self.trials.iter().filter(|trial| trial.is_stored());
        stored.filter(|trial| trial.is_transaction()).count()
    }

    fn longest(&self) -> Duration {
        let longest = self.trials.iter().map(|trial| trial.longest).max();
        longest.unwrap_or_default()
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome {
            events,
            conflicts,
            in_doubt,
            transactions,
            ..
        } = self.outcome();
        let unavailable = self.count(|it| *it == Answer::Unavailable);
        write!(
            f,
            "{}: {}\n    {events} events in {} appends, of which {transactions} \
             transactions, {conflicts} conflicts, {in_doubt} in \
             doubt and resolved, {unavailable} out of reach; longest append {:.1} s, round {:.1} s",
            self.title,
            self.fault,
            self.count(|it| matches!(it, Answer::Stored(_))),
            self.longest().as_secs_f64(),
            self.took.as_secs_f64(),
        )
    }
}

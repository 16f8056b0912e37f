//! Judges what writers were told by what is in the log afterwards.
//!
//! It is pure: it knows neither stores nor servers, only what was tried, what was answered and what
//! was read.

mod report;
mod violation;

use std::collections::{HashMap, HashSet};

use aether::{ActorId, CommitId, Position, Receipt, Recorded, Version};

pub(crate) use self::{report::report, violation::Violation};
use crate::history::{Answer, Trial};

/// An actor's history, or why it cannot be read.
pub(crate) type History = Result<Vec<Recorded>, String>;

/// What was read back when all writers had their answers.
pub(crate) struct Readings<'a> {
    /// The log, as one reader has it.
    pub(crate) log: &'a [Recorded],
    /// The log, as another one has it.
    pub(crate) again: &'a [Recorded],
    /// Some actors' histories, read one by one.
    pub(crate) histories: &'a [(ActorId, History)],
}

/// Judges the answers by the log, and the log by itself.
pub(crate) fn check(trials: &[Trial], readings: &Readings<'_>) -> Vec<Violation> {
    let mut violations = readings_differ(readings);
    violations.extend(Index::of(readings.log).judge(trials));
    violations
}

/// The log, for looking things up.
struct Index<'a> {
    log: &'a [Recorded],
    /// Where each commit is for the first time.
    commits: HashMap<CommitId, &'a Recorded>,
    /// The versions that actors have been at.
    versions: HashSet<(&'a ActorId, Version)>,
}

impl<'a> Index<'a> {
    fn of(log: &'a [Recorded]) -> Self {
        let mut commits = HashMap::new();
        for recorded in log {
            commits.entry(recorded.commit.id()).or_insert(recorded);
        }
        let versions = log
            .iter()
            .map(|it| (it.commit.actor_id(), it.commit.version()));
        let versions = versions.collect();
        Self {
            log,
            commits,
            versions,
        }
    }

    fn judge(&self, trials: &[Trial]) -> Vec<Violation> {
        let mut violations = self.positions_that_shrink();
        violations.extend(self.commits_that_are_doubled());
        violations.extend(self.versions_that_do_not_follow());
        violations.extend(self.commits_of_nobody(trials));
        for trial in trials {
            violations.extend(self.broken_promises(trial));
        }
        violations
    }

    fn positions_that_shrink(&self) -> Vec<Violation> {
        let pairs = self.log.windows(2).filter_map(|pair| {
            let (before, position) = (pair[0].position, pair[1].position);
            (position <= before).then_some(Violation::OutOfOrder { before, position })
        });
        pairs.collect()
    }

    fn commits_that_are_doubled(&self) -> Vec<Violation> {
        let doubled = self.log.iter().filter_map(|recorded| {
            let (commit, again) = (recorded.commit.id(), recorded.position);
            let first = self.commits[&commit].position;
            let doubled = Violation::Doubled {
                commit,
                first,
                again,
            };
            (first != again).then_some(doubled)
        });
        doubled.collect()
    }

    fn versions_that_do_not_follow(&self) -> Vec<Violation> {
        let (mut tails, mut violations) = (HashMap::new(), Vec::new());
        for Recorded { position, commit } in self.log {
            let tail = tails.entry(commit.actor_id()).or_insert(Version::NONE);
            let (wanted, found) = (tail.next(), commit.expected().next());
            *tail = commit.version().max(*tail);
            let (actor, position) = (commit.actor_id().clone(), *position);
            if found > wanted {
                violations.push(Violation::Gap {
                    actor,
                    position,
                    wanted,
                    found,
                });
            } else if found < wanted {
                violations.push(Violation::Overlap {
                    actor,
                    position,
                    wanted,
                    found,
                });
            }
        }
        violations
    }

    fn commits_of_nobody(&self, trials: &[Trial]) -> Vec<Violation> {
        let tried: HashSet<_> = trials.iter().map(|trial| trial.commit.id()).collect();
        let stray = self
            .log
            .iter()
            .filter(|it| !tried.contains(&it.commit.id()));
        let stray = stray.map(|recorded| Violation::Unknown {
            commit: recorded.commit.id(),
            position: recorded.position,
        });
        stray.collect()
    }

    fn broken_promises(&self, trial: &Trial) -> Vec<Violation> {
        let stored = self.commits.get(&trial.commit.id()).copied();
        let broken = trial.answers.iter();
        let mut broken: Vec<_> = broken
            .filter_map(|it| self.lie(trial, stored, it))
            .collect();
        let commit = trial.commit.id();
        if let Some(Recorded {
            position,
            commit: found,
        }) = stored
            && *found != trial.commit
        {
            let position = *position;
            broken.push(Violation::Torn { commit, position });
        }
        if trial.was_in_doubt() && !trial.is_settled() {
            let answer = trial.answers.last().cloned().unwrap_or(Answer::Dropped);
            broken.push(Violation::Unresolved { commit, answer });
        }
        broken
    }

    /// What is wrong with an answer.
    fn lie(&self, trial: &Trial, stored: Option<&Recorded>, answer: &Answer) -> Option<Violation> {
        let commit = trial.commit.id();
        match (answer, stored) {
            (Answer::Stored(told), None) => {
                let told = told.position;
                Some(Violation::Lost { commit, told })
            }
            (Answer::Stored(told), Some(recorded)) => wrong_receipt(*told, recorded),
            (Answer::Conflict { .. }, Some(recorded)) => Some(denied(recorded, answer)),
            (Answer::Conflict { attempted, current }, None) => {
                let holds = self.stands_in_the_way(trial, *attempted, *current);
                (!holds).then(|| Violation::FalseConflict {
                    commit,
                    actor: trial.commit.actor_id().clone(),
                    answer: answer.clone(),
                })
            }
            // It may have been stored by a later try, or by an earlier one that is in doubt.
            (Answer::Unavailable, Some(recorded)) => {
                let is_certain = !trial.was_in_doubt() && !trial.is_stored();
                is_certain.then(|| denied(recorded, answer))
            }
            (Answer::Refused(_), _) => {
                let answer = answer.clone();
                Some(Violation::Refused { commit, answer })
            }
            (Answer::Unavailable, None) | (Answer::InDoubt | Answer::Dropped, _) => None,
        }
    }

    /// Whether a commit could not be stored because its actor had got to the version `current`.
    fn stands_in_the_way(&self, trial: &Trial, attempted: Version, current: Version) -> bool {
        let (actor, expected) = (trial.commit.actor_id(), trial.commit.expected());
        attempted == expected.next()
            && current > expected
            && self.versions.contains(&(actor, current))
    }
}

fn denied(stored: &Recorded, answer: &Answer) -> Violation {
    Violation::Denied {
        commit: stored.commit.id(),
        position: stored.position,
        answer: answer.clone(),
    }
}

fn wrong_receipt(told: Receipt, recorded: &Recorded) -> Option<Violation> {
    let stored = receipt(recorded);
    let commit = recorded.commit.id();
    let wrong = Violation::WrongReceipt {
        commit,
        told,
        stored,
    };
    (told != stored).then_some(wrong)
}

fn receipt(recorded: &Recorded) -> Receipt {
    Receipt {
        position: recorded.position,
        version: recorded.commit.version(),
    }
}

fn readers_differ(reader: &str, log: &[&Recorded], theirs: &[Recorded]) -> Option<Violation> {
    let longest = log.len().max(theirs.len());
    let mut pairs = (0..longest).map(|index| (log.get(index).copied(), theirs.get(index)));
    let (ours, theirs) = pairs.find(|(ours, theirs)| ours != theirs)?;
    let position = |recorded: Option<&Recorded>| recorded.map(|it| it.position);
    Some(Violation::ReadersDiffer {
        reader: reader.to_owned(),
        ours: position(ours),
        theirs: position(theirs),
    })
}

fn readings_differ(readings: &Readings<'_>) -> Vec<Violation> {
    let log: Vec<_> = readings.log.iter().collect();
    let mut of: HashMap<&ActorId, Vec<&Recorded>> = HashMap::new();
    for recorded in &log {
        of.entry(recorded.commit.actor_id())
            .or_default()
            .push(recorded);
    }
    let histories = readings.histories.iter().filter_map(|(actor, history)| {
        let log = of.get(actor).map_or(&[][..], Vec::as_slice);
        match history {
            Ok(history) => readers_differ(&format!("who reads `{actor}`"), log, history),
            Err(reason) => {
                let (actor, reason) = (actor.clone(), reason.clone());
                Some(Violation::Unreadable { actor, reason })
            }
        }
    });
    let again = readers_differ("another one", &log, readings.again);
    histories.chain(again).collect()
}

#[cfg(test)]
mod tests;

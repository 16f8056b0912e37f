//! Judges what writers were told by what is in the log afterwards.
//!
//! It is pure: it knows neither stores nor servers, only what was tried, what was answered and what
//! was read.

mod report;
mod violation;

use std::collections::{HashMap, HashSet};

use aether::{ActorId, Commit, CommitId, Position, Receipt, Recorded, Version};

pub(crate) use self::{report::report, violation::Violation};
use crate::history::{Answer, Trial};

/// An actor's history, or why it cannot be read.
pub(crate) type History = Result<Vec<Recorded>, String>;

/// What was read back when all writers had their answers.
pub(crate) struct Readings<'a> {
    /// The log, as one reader has it.
    pub(crate) log: &'a [Recorded],
    /// The log, as others have it.
    pub(crate) others: &'a [(&'static str, &'a [Recorded])],
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
    /// The versions that actors have been at, and since where.
    versions: HashMap<&'a ActorId, Vec<(Position, Version)>>,
}

impl<'a> Index<'a> {
    fn of(log: &'a [Recorded]) -> Self {
        let (mut commits, mut versions) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        for recorded in log {
            let Recorded { position, commit } = recorded;
            commits.entry(commit.id()).or_insert(recorded);
            let been_at = versions.entry(commit.actor_id()).or_default();
            been_at.push((*position, commit.version()));
        }
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
        let tried = trials.iter().flat_map(|trial| &trial.commits);
        let tried: HashSet<_> = tried.map(Commit::id).collect();
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
        let stored = trial.commits.iter().map(|commit| self.stored(commit));
        let stored: Vec<_> = stored.collect();
        let answers = trial.answers.iter();
        let mut broken: Vec<_> = answers
            .flat_map(|answer| self.lies(trial, &stored, answer))
            .collect();
        broken.extend(changed(trial, &stored));
        broken.extend(not_together(trial, &stored));
        broken.extend(self.guards_that_did_not_hold(trial, &stored));
        if trial.was_in_doubt() && !trial.is_settled() {
            let commit = trial.commits[0].id();
            let answer = trial.answers.last().cloned().unwrap_or(Answer::Dropped);
            broken.push(Violation::Unresolved { commit, answer });
        }
        broken
    }

    fn stored(&self, commit: &Commit) -> Option<&'a Recorded> {
        self.commits.get(&commit.id()).copied()
    }

    /// What is wrong with an answer.
    fn lies(&self, trial: &Trial, stored: &[Option<&Recorded>], answer: &Answer) -> Vec<Violation> {
        let there = stored.iter().copied().flatten().next();
        let commit = trial.commits[0].id();
        match (answer, there) {
            (Answer::Stored(told), _) => wrong_receipts(trial, stored, told),
            (Answer::Conflict { .. }, Some(recorded)) => vec![denied(recorded, answer)],
            (
                Answer::Conflict {
                    actor,
                    attempted,
                    current,
                },
                None,
            ) => {
                let holds = self.stands_in_the_way(trial, actor, *attempted, *current);
                let false_conflict = Violation::FalseConflict {
                    commit,
                    actor: actor.clone(),
                    answer: answer.clone(),
                };
                (!holds).then_some(false_conflict).into_iter().collect()
            }
            // It may have been stored by a later try, or by an earlier one that is in doubt.
            (Answer::Unavailable, Some(recorded)) => {
                let is_certain = !trial.was_in_doubt() && !trial.is_stored();
                let lie = is_certain.then(|| denied(recorded, answer));
                lie.into_iter().collect()
            }
            (Answer::Refused(_), _) => {
                let answer = answer.clone();
                vec![Violation::Refused { commit, answer }]
            }
            (Answer::Unavailable, None) | (Answer::InDoubt | Answer::Dropped, _) => Vec::new(),
        }
    }

    /// Whether nothing could be stored because an actor had got to the version `current`: one
    /// that is written to, or one that was not to move.
    fn stands_in_the_way(
        &self,
        trial: &Trial,
        actor: &ActorId,
        attempted: Version,
        current: Version,
    ) -> bool {
        let written = trial.commits.iter();
        let mut expected = written
            .map(|commit| (commit.actor_id(), commit.expected()))
            .chain(
                trial
                    .guards
                    .iter()
                    .map(|(actor, version)| (actor, *version)),
            );
        let been_at = self.versions.get(actor).map_or(&[][..], Vec::as_slice);
        been_at.iter().any(|(_, version)| *version == current)
            && expected.any(|(of, expected)| {
                of == actor && attempted == expected.next() && current > expected
            })
    }

    /// The actors that had moved when a transaction was stored that wants them where they were.
    fn guards_that_did_not_hold(
        &self,
        trial: &Trial,
        stored: &[Option<&Recorded>],
    ) -> Vec<Violation> {
        let Some(position) = stored.iter().flatten().map(|it| it.position).min() else {
            return Vec::new();
        };
        let broken = trial.guards.iter().filter_map(|(actor, wanted)| {
            let been_at = self.versions.get(actor).map_or(&[][..], Vec::as_slice);
            let before = been_at.iter().take_while(|(at, _)| *at < position);
            let found = before.last().map_or(Version::NONE, |(_, version)| *version);
            (found != *wanted).then(|| Violation::Guard {
                actor: actor.clone(),
                position,
                wanted: *wanted,
                found,
            })
        });
        broken.collect()
    }
}

/// The commits of which something else is in the log than was appended.
fn changed(trial: &Trial, stored: &[Option<&Recorded>]) -> Vec<Violation> {
    let commits = trial.commits.iter().zip(stored);
    let torn = commits.filter_map(|(commit, stored)| {
        let stored = stored.filter(|stored| stored.commit != *commit)?;
        let (commit, position) = (commit.id(), stored.position);
        Some(Violation::Torn { commit, position })
    });
    torn.collect()
}

/// A transaction is in the log as a whole, and nothing lies between its commits.
fn not_together(trial: &Trial, stored: &[Option<&Recorded>]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let there = stored.iter().copied().flatten().next();
    let missing = trial.commits.iter().zip(stored);
    let missing = missing.filter(|(_, stored)| stored.is_none());
    if let (Some(there), Some((missing, _))) = (there, missing.into_iter().next()) {
        violations.push(Violation::Partial {
            stored: there.commit.id(),
            missing: missing.id(),
        });
    }
    for pair in stored.windows(2) {
        if let [Some(before), Some(next)] = pair
            && next.position.as_u64() != before.position.as_u64() + 1
        {
            violations.push(Violation::Apart {
                commit: next.commit.id(),
                before: before.position,
                position: next.position,
            });
        }
    }
    violations
}

fn wrong_receipts(trial: &Trial, stored: &[Option<&Recorded>], told: &[Receipt]) -> Vec<Violation> {
    let (commits, receipts) = (trial.commits.len(), told.len());
    if commits != receipts {
        return vec![Violation::WrongReceipts { commits, receipts }];
    }
    let told = trial.commits.iter().zip(stored).zip(told);
    let wrong = told.filter_map(|((commit, stored), told)| match stored {
        Some(recorded) => wrong_receipt(*told, recorded),
        None => Some(Violation::Lost {
            commit: commit.id(),
            told: told.position,
        }),
    });
    wrong.collect()
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
    let others = readings.others.iter();
    let others = others.filter_map(|(reader, theirs)| readers_differ(reader, &log, theirs));
    histories.chain(others).collect()
}

#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

use super::{Answer, Entry, Outcome, Violation};

/// Where each command is in the log, and what was there at each version of each account.
struct Index {
    /// The version of a command, and what was there after it.
    commands: HashMap<u64, (usize, u64, i64)>,
    /// The versions at which so much was there, in order; at first, nothing is.
    totals: HashMap<(usize, i64), Vec<u64>>,
}

/// Judges what was answered by the log.
pub(crate) fn check_answers(answers: &[Answer], log: &[Entry]) -> Vec<Violation> {
    let index = Index::of(answers, log);
    let mut violations = index.of_nobody(answers);
    let mut accounts: BTreeMap<usize, Vec<&Answer>> = BTreeMap::new();
    for answer in answers {
        violations.extend(index.lie(answer));
        accounts.entry(answer.account).or_default().push(answer);
    }
    for answers in accounts.into_values() {
        violations.extend(index.out_of_order(answers));
    }
    violations
}

impl Index {
    fn of(answers: &[Answer], log: &[Entry]) -> Self {
        let (mut commands, mut totals) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        for answer in answers {
            totals.entry((answer.account, 0)).or_insert_with(|| vec![0]);
        }
        let mut present: HashMap<usize, i64> = HashMap::new();
        for entry in log {
            let total = present.entry(entry.account).or_default();
            if let Some(change) = &entry.change {
                *total = change.total;
                let place = (entry.account, entry.version, change.total);
                commands.entry(change.number).or_insert(place);
            }
            let versions = totals.entry((entry.account, *total)).or_default();
            versions.push(entry.version);
        }
        Self { commands, totals }
    }

    fn of_nobody(&self, answers: &[Answer]) -> Vec<Violation> {
        let mut unsent = self.commands.clone();
        for answer in answers {
            unsent.remove(&answer.number);
        }
        let mut unsent: Vec<_> = unsent.into_keys().collect();
        unsent.sort_unstable();
        let unsent = unsent.into_iter();
        unsent
            .map(|number| Violation::OfNobody { number })
            .collect()
    }

    /// What is wrong with an answer, whatever else was answered.
    fn lie(&self, answer: &Answer) -> Option<Violation> {
        let number = answer.number;
        match (&answer.outcome, self.commands.get(&number)) {
            (Outcome::Done { .. }, None) => Some(Violation::Lost { number }),
            (Outcome::Done { version, total }, Some(stored)) => {
                let told = (answer.account, *version, total.unwrap_or(stored.2));
                (told != *stored).then(|| Violation::WrongAnswer {
                    number,
                    told: format!("{told:?}"),
                    stored: format!("{stored:?}"),
                })
            }
            (Outcome::Refused { .. }, Some((_, version, _))) => Some(Violation::RefusedAndDone {
                number,
                version: *version,
            }),
            (Outcome::Refused { total }, None) if total + answer.by >= 0 => {
                let total = *total;
                Some(Violation::WrongRefusal { number, total })
            }
            (Outcome::Refused { .. } | Outcome::InDoubt(_), _) => None,
        }
    }

    /// The commands of an account that are before one that was answered when they began. A refusal
    /// goes by the first version at which it may have been.
    fn out_of_order(&self, mut answers: Vec<&Answer>) -> Vec<Violation> {
        answers.sort_unstable_by_key(|it| it.began);
        let laters = self.lowest_begun_later(&answers);
        // What has begun, by when it ends: whatever ended before a command begins is below it.
        let (mut open, mut known) = (BinaryHeap::new(), None);
        let mut violations = Vec::new();
        for answer in answers {
            while let Some(Reverse((ended, version))) = open.peek().copied()
                && ended < answer.began
            {
                open.pop();
                known = known.max(Some(version));
            }
            let ended = match answer.outcome {
                Outcome::InDoubt(_) => u64::MAX,
                Outcome::Done { .. } | Outcome::Refused { .. } => answer.ended,
            };
            let place = match answer.outcome {
                Outcome::Refused { total } => {
                    let place = self.possible(answer, total, known, &laters);
                    if place.is_none() {
                        let number = answer.number;
                        violations.push(Violation::WrongRefusal { number, total });
                    }
                    place
                }
                Outcome::Done { .. } | Outcome::InDoubt(_) => {
                    let stored = self.commands.get(&answer.number);
                    let place = stored.map(|(_, version, _)| *version);
                    violations.extend(too_low(answer.number, place, known));
                    place
                }
            };
            open.extend(place.map(|version| Reverse((ended, version))));
        }
        violations
    }

    /// For the beginning of each command, the lowest version among those that began no earlier.
    fn lowest_begun_later(&self, answers: &[&Answer]) -> Vec<(u64, u64)> {
        let (mut lowest, mut laters) = (u64::MAX, Vec::new());
        for answer in answers.iter().rev() {
            if let Some((_, version, _)) = self.commands.get(&answer.number) {
                lowest = lowest.min(*version);
            }
            laters.push((answer.began, lowest));
        }
        laters.reverse();
        laters
    }

    /// The first version at which a refusal may have been: so much was there then, what was known
    /// when it began had happened, and what began after it was answered had not.
    fn possible(
        &self,
        answer: &Answer,
        total: i64,
        known: Option<u64>,
        laters: &[(u64, u64)],
    ) -> Option<u64> {
        let versions = self.totals.get(&(answer.account, total))?;
        let first = versions.partition_point(|version| *version < known.unwrap_or_default());
        let later = laters.partition_point(|(began, _)| *began <= answer.ended);
        let below = laters.get(later).map_or(u64::MAX, |(_, lowest)| *lowest);
        let version = versions.get(first).copied();
        version.filter(|version| *version < below)
    }
}

fn too_low(number: u64, place: Option<u64>, known: Option<u64>) -> Option<Violation> {
    let (version, known) = place.zip(known)?;
    (version <= known).then_some(Violation::OutOfOrder {
        number,
        version,
        known,
    })
}

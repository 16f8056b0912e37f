//! A tester that looks for any order finds none only where this checker, which goes by the order of
//! the log, finds something wrong.

use todc_utils::{
    linearizability::{
        WGLChecker,
        history::{
            Action::{Call, Response},
            History,
        },
    },
    specifications::Specification,
};

use super::*;
use crate::dice::Dice;

/// What is asked of an account, and what it said: that so much is there now, or that it is refused
/// for so much is there.
#[derive(Debug, Clone, Copy)]
struct Asked {
    by: i64,
    said: Option<Result<i64, i64>>,
}

struct Accounts;

impl Specification for Accounts {
    type State = i64;
    type Operation = Asked;

    fn init() -> i64 {
        0
    }

    fn apply(asked: &Asked, total: &i64) -> (bool, i64) {
        let after = total + asked.by;
        match asked.said {
            Some(Ok(said)) => (said == after && after >= 0, after),
            Some(Err(said)) => (said == *total && after < 0, *total),
            None => (false, *total),
        }
    }
}

fn is_linearizable(answers: &[Answer]) -> bool {
    let mut actions = Vec::new();
    for (process, answer) in answers.iter().enumerate() {
        let said = match answer.outcome {
            Outcome::Done { total, .. } => total.map(Ok),
            Outcome::Refused { total } => Some(Err(total)),
            Outcome::InDoubt(_) => None,
        };
        let by = answer.by;
        actions.push((answer.began, process, Call(Asked { by, said: None })));
        actions.push((answer.ended, process, Response(Asked { by, said })));
    }
    actions.sort_by_key(|(at, ..)| *at);
    let actions = actions.into_iter();
    let history = actions.map(|(_, process, action)| (process, action));
    WGLChecker::<Accounts>::is_linearizable(History::from_actions(history.collect()))
}

/// What a few clients of one account were answered, and the log; each command took effect at a
/// moment between its beginning and its answer.
fn history(dice: &mut Dice) -> (Vec<Answer>, Vec<Entry>) {
    let mut clients = [0_u64; 3];
    let mut spans: Vec<_> = (0..10)
        .map(|_| {
            let client = dice.below(clients.len());
            let mut later = |after: u64| after + 1 + dice.below(90) as u64;
            let began = later(clients[client]);
            let effect = later(began);
            clients[client] = later(effect);
            (effect, began, clients[client])
        })
        .collect();
    spans.sort_unstable();
    let (mut answers, mut log, mut total) = (Vec::new(), Vec::new(), 0);
    for (number, (_, began, ended)) in (11..).zip(spans) {
        let by = i64::try_from(dice.below(8)).unwrap() - 3;
        let outcome = if total + by < 0 {
            Outcome::Refused { total }
        } else {
            total += by;
            let version = log.len() as u64 + 1;
            let mut entry = entry(version, number, "a/1", 1);
            let change = change(&mut entry);
            (change.by, change.total) = (by, total);
            log.push(entry);
            Outcome::Done {
                version,
                total: Some(total),
            }
        };
        // Two things never happen at the same moment.
        let (began, ended) = (began * 100 + number, ended * 100 + 50 + number);
        answers.push(Answer {
            number,
            account: 0,
            by,
            outcome,
            began,
            ended,
        });
    }
    (answers, log)
}

/// Has an answer say something else, or come or be asked for at another time.
fn spoil(dice: &mut Dice, answers: &mut [Answer]) {
    let place = dice.below(answers.len());
    let other = answers[dice.below(answers.len())].clone();
    let answer = &mut answers[place];
    let length = answer.ended - answer.began;
    match dice.below(4) {
        0 => answer.outcome = other.outcome,
        1 => answer.ended = answer.began + 1,
        2 => answer.began = answer.ended - 1,
        _ => (answer.began, answer.ended) = (other.ended + 1, other.ended + 1 + length),
    }
}

#[test]
fn what_no_order_explains_is_found_wrong_and_what_is_sound_has_an_order() {
    let mut dice = Dice::new(7);
    let (mut unexplained, mut harmless) = (0, 0);
    for _ in 0..3_000 {
        let (mut answers, log) = history(&mut dice);
        assert_eq!(check(&answers, &log), [""; 0]);
        assert!(is_linearizable(&answers), "{answers:?}");
        spoil(&mut dice, &mut answers);
        let found = check(&answers, &log);
        if !is_linearizable(&answers) {
            unexplained += 1;
            assert!(!found.is_empty(), "{answers:?} {log:?}");
        } else if found.is_empty() {
            harmless += 1;
        }
    }
    assert!(
        unexplained > 500 && harmless > 200,
        "{unexplained} {harmless}"
    );
}

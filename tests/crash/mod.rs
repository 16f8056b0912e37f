//! A process that appends to an embedded store and is killed at a moment that a seed decides,
//! and what must be found in the folder afterwards.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "what is found wrong fails the test"
)]

pub mod asks;
mod dice;
pub mod orders;
pub mod tally;
mod writer;

use std::{collections::HashMap, path::Path, time::Duration};

use aether::{EmbeddedEventStore, EventStoreExt as _, Position, Recorded};
use tokio::time::sleep;

pub use self::{
    dice::Dice,
    writer::{Told, Writer},
};

/// How many tasks of the process append at once.
const WRITERS: u64 = 12;
/// How many commits each of them has stored at most when it is killed, and not told of.
const UNTOLD: u64 = 2;
/// After how many rounds another folder is begun.
const ROUNDS_A_FOLDER: u64 = 10;

/// What some rounds came to.
#[derive(Debug, Default, Clone, Copy)]
pub struct Outcome {
    /// How often a process was killed.
    pub kills: u64,
    /// How many of them had not even opened the store.
    pub before_opening: u64,
    /// How many commits were answered, and found.
    pub answered: u64,
    /// How many were found that had not been answered.
    pub unanswered: u64,
    /// How many transactions were found, each of them whole.
    pub transactions: u64,
}

/// Kills a process again and again, and looks each time at what it leaves.
///
/// `program` is the path of `embedded-writer`.
pub async fn rounds(program: &Path, seed: u64, rounds: u64) -> Outcome {
    let (mut dice, mut outcome) = (Dice::new(seed), Outcome::default());
    let mut round = 0;
    while round < rounds {
        let folder = tempfile::tempdir().unwrap();
        let mut answered = HashMap::new();
        for nth in 1..=ROUNDS_A_FOLDER.min(rounds - round) {
            let told = format!("seed {seed}, round {}", round + nth);
            let opened = run_and_kill(program, folder.path(), &mut dice, &mut answered).await;
            outcome.kills += 1;
            outcome.before_opening += u64::from(!opened);
            let (found, transactions) = check(folder.path(), &answered, &told).await;
            let unanswered = found - answered.len() as u64;
            assert!(
                unanswered <= WRITERS * UNTOLD * nth,
                "{told}: {unanswered} from nowhere"
            );
            if nth == ROUNDS_A_FOLDER.min(rounds - round) {
                outcome.unanswered += unanswered;
                outcome.transactions += transactions;
            }
        }
        outcome.answered += answered.len() as u64;
        round += ROUNDS_A_FOLDER;
    }
    outcome
}

type Answered = HashMap<Position, Told>;

/// Whether the process had opened the store before it was killed.
async fn run_and_kill(
    program: &Path,
    folder: &Path,
    dice: &mut Dice,
    answered: &mut Answered,
) -> bool {
    let mut writer = Writer::start(program, folder, WRITERS);
    let (mut opened, mut lines) = (false, Vec::new());
    if dice.roll(4) > 0 {
        opened = writer.opened().await;
        for _ in 0..dice.roll(400) {
            lines.push(writer.told().await);
        }
    }
    // Where it is in its work then is up to the machine.
    sleep(Duration::from_micros(dice.roll(20_000))).await;
    let (rest, was_open) = writer.kill().await;
    for told in lines.into_iter().chain(rest) {
        let twice = answered.insert(told.position, told);
        assert!(twice.is_none(), "two commits at one position: {twice:?}");
    }
    opened || was_open
}

/// How many commits and how many transactions there are. Panics if a commit that was answered is
/// not among them, or a transaction is not whole.
async fn check(folder: &Path, answered: &Answered, told: &str) -> (u64, u64) {
    let store = EmbeddedEventStore::open(folder).await;
    let store = store.unwrap_or_else(|err| panic_with(told, &err));
    let verified = store.verify().await;
    let verified = verified.unwrap_or_else(|err| panic_with(told, &err));
    let log = store.log(Position::START).await.unwrap();
    let log: HashMap<Position, Recorded> = log.into_iter().map(|it| (it.position, it)).collect();
    assert_eq!(log.len() as u64, verified.commits, "{told}");
    for (position, wanted) in answered {
        let found = log.get(position).map(Told::from);
        assert_eq!(found.as_ref(), Some(wanted), "{told}");
    }
    (verified.commits, transactions(&log, told))
}

/// How many transactions there are. Panics if one is not whole.
fn transactions(log: &HashMap<Position, Recorded>, told: &str) -> u64 {
    let mut halves = 0;
    for Recorded { position, commit } in log.values() {
        let Some(event) = commit.events().iter().find(|it| it.event_type == "Moved") else {
            continue;
        };
        let ids: [String; 2] = event.data.decode().unwrap();
        let nth = ids.iter().position(|id| *id == commit.id().to_string());
        let first = position.as_u64() - nth.unwrap() as u64;
        let found = [first, first + 1].map(|at| {
            let there = log.get(&Position::new(at));
            there.map(|it| it.commit.id().to_string())
        });
        assert_eq!(found, ids.map(Some), "{told}: at {position}");
        halves += 1;
    }
    halves / 2
}

#[expect(clippy::panic, reason = "it fails the test")]
fn panic_with(told: &str, err: &dyn std::error::Error) -> ! {
    let source = err.source().map(ToString::to_string);
    panic!("{told}: {err}: {}", source.unwrap_or_default())
}

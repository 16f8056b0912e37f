use std::{collections::HashMap, sync::Arc, time::Duration};

use aether::{
    ActorId, Commit, Event, EventStore as _, JetStreamEventStore, Receipt, StoreError,
    StoreErrorKind, Version,
};
use serde_json::json;
use tokio::time::{Instant, timeout};

use crate::{
    dice::Dice,
    history::{Answer, Trial},
    pace::Pace,
};

/// How many actors everyone writes to.
pub(crate) const HOT: usize = 6;
/// From how many a round's other actors are drawn.
const COLD: usize = 600;
/// One trial in so many is a transaction.
const TRANSACTIONS: usize = 4;
/// The most actors that a transaction writes to.
const MOST_WRITTEN: usize = 3;
/// The most actors that a transaction only reads.
const MOST_GUARDED: usize = 2;
/// The most events in a commit.
const LONGEST: usize = 5;
/// The longest a writer that does not wait for an answer waits.
const IMPATIENCE: usize = 4;

/// Appends commits, and writes down every answer.
pub(crate) struct Writer {
    pub(crate) name: usize,
    pub(crate) round: usize,
    pub(crate) dice: Dice,
    /// It appends through one of them, and what is in doubt again through others.
    pub(crate) stores: Arc<[JetStreamEventStore]>,
    pub(crate) pace: Arc<Pace>,
    /// Where it believes actors to be. Others write as well.
    pub(crate) beliefs: HashMap<ActorId, Version>,
}

/// An actor that everyone writes to.
pub(crate) fn hot(number: usize) -> ActorId {
    ActorId::new(format!("hot-{number}")).unwrap()
}

impl Writer {
    /// Writes until it is enough and everything is known that can be.
    pub(crate) async fn run(mut self) -> Vec<Trial> {
        let mut trials = Vec::new();
        while self.pace.may_start().await {
            // An actor that cannot be read is not written to.
            if let Some(trial) = self.trial(trials.len()).await {
                trials.push(self.store(trial).await);
            }
        }
        trials
    }

    /// A commit of one actor, or now and then of several, some of which are only read.
    async fn trial(&mut self, number: usize) -> Option<Trial> {
        if !self.dice.one_in(TRANSACTIONS) {
            let actor = self.actor();
            let expected = self.version(&actor).await?;
            return Some(Trial::of(self.commit(&actor, expected, number)));
        }
        let (mut commits, mut guards) = (Vec::new(), Vec::new());
        let (written, guarded) = (
            1 + self.dice.below(MOST_WRITTEN),
            self.dice.below(MOST_GUARDED + 1),
        );
        let actors = self.actors(written + guarded);
        for actor in actors {
            let expected = self.version(&actor).await?;
            if commits.len() < written {
                commits.push(self.commit(&actor, expected, number));
            } else {
                guards.push((actor, expected));
            }
        }
        Some(Trial::together(commits, guards))
    }

    /// So many different ones.
    fn actors(&mut self, count: usize) -> Vec<ActorId> {
        let mut actors = Vec::new();
        while actors.len() < count {
            let actor = self.actor();
            if !actors.contains(&actor) {
                actors.push(actor);
            }
        }
        actors
    }

    fn actor(&mut self) -> ActorId {
        if self.dice.one_in(2) {
            return hot(self.dice.below(HOT));
        }
        let number = self.dice.below(COLD);
        ActorId::new(format!("cold-{}-{number}", self.round)).unwrap()
    }

    /// What it believes, what the store says, or that the actor is new.
    async fn version(&mut self, actor: &ActorId) -> Option<Version> {
        if let Some(version) = self.beliefs.get(actor) {
            return Some(*version);
        }
        if self.dice.one_in(2) {
            return Some(Version::NONE);
        }
        let store = &self.stores[self.name % self.stores.len()];
        match store.version(actor).await {
            Ok(version) => Some(version),
            Err(err) if err.kind() == StoreErrorKind::Unavailable => None,
            Err(err) => panic!("the version of `{actor}` cannot be read: {err}"),
        }
    }

    fn commit(&mut self, actor: &ActorId, expected: Version, number: usize) -> Commit {
        let first = expected.as_u64() + 1;
        let count = 1 + self.dice.below(LONGEST);
        let events = (0..count).map(|index| {
            let data = json!({ "writer": self.name, "number": number, "index": index });
            Event::new(actor, first + index as u64, "Written", &data).unwrap()
        });
        Commit::new(events).unwrap()
    }

    /// Appends until it is known what became of it, and now and then once more.
    async fn store(&mut self, mut trial: Trial) -> Trial {
        let mut through = self.name;
        loop {
            let answer = self.append(through, &mut trial).await;
            let again = match answer {
                Answer::Stored(_) | Answer::Conflict { .. } => self.dice.one_in(20),
                Answer::InDoubt | Answer::Dropped => true,
                Answer::Unavailable if trial.is_settled() => false,
                Answer::Unavailable => trial.was_in_doubt() || self.dice.one_in(2),
                Answer::Refused(_) => false,
            };
            if !again {
                self.learn(&trial);
                return trial;
            }
            through = self.dice.below(self.stores.len());
        }
    }

    async fn append(&mut self, through: usize, trial: &mut Trial) -> Answer {
        let store = &self.stores[through % self.stores.len()];
        let append = append(store, trial);
        let began = Instant::now();
        let answer = if self.dice.one_in(60) {
            let patience = Duration::from_millis(self.dice.below(IMPATIENCE) as u64);
            let answer = timeout(patience, append).await;
            answer.map_or(Answer::Dropped, Answer::from)
        } else {
            append.await.into()
        };
        trial.longest = trial.longest.max(began.elapsed());
        trial.answers.push(answer.clone());
        answer
    }

    fn learn(&mut self, trial: &Trial) {
        if trial.is_stored() {
            self.pace.acknowledged(trial.events());
        }
        for answer in &trial.answers {
            match answer {
                Answer::Stored(receipts) => {
                    for (commit, receipt) in trial.commits.iter().zip(receipts) {
                        self.believe(commit.actor_id(), receipt.version);
                    }
                }
                Answer::Conflict { actor, current, .. } => self.believe(actor, *current),
                Answer::InDoubt | Answer::Dropped | Answer::Unavailable | Answer::Refused(_) => {}
            }
        }
    }

    fn believe(&mut self, actor: &ActorId, version: Version) {
        let belief = self.beliefs.entry(actor.clone()).or_default();
        *belief = version.max(*belief);
    }
}

async fn append(store: &JetStreamEventStore, trial: &Trial) -> Result<Vec<Receipt>, StoreError> {
    match trial.commits.as_slice() {
        [commit] if trial.guards.is_empty() => {
            let receipt = store.append(commit.clone()).await?;
            Ok(vec![receipt])
        }
        _ => store.transact(trial.transaction()).await,
    }
}

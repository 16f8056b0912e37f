use std::collections::HashMap;

use aether::{ActorId, Commit, EventStore as _, InMemoryEventStore};

use crate::{
    Outcome,
    fixture::{commit, fresh},
    rounds::{Bar, Rounds},
};

/// Commits of one event to many actors, in turns.
pub(crate) async fn compare(rounds: &Rounds) -> Outcome {
    let (actors, length) = (rounds.scaled(2_000), 20);
    let input = || {
        let actors: Vec<ActorId> = (0..actors).map(|_| fresh()).collect();
        let commits = (0..length).flat_map(|after| {
            let each = actors.iter().map(move |actor| commit(actor, after, 1));
            each.collect::<Vec<_>>()
        });
        commits.collect::<Vec<Commit>>()
    };
    let ours = async |commits| {
        let store = InMemoryEventStore::new();
        for commit in commits {
            store.append(commit).await?;
        }
        Outcome::Ok(())
    };
    let raw = async |commits| {
        let mut map = HashMap::<ActorId, Vec<Commit>>::new();
        for commit in commits {
            let commit: Commit = commit;
            let history = map.entry(commit.actor_id().clone()).or_default();
            if history.last().map_or(0, |last| last.version().as_u64())
                != commit.expected().as_u64()
            {
                return Err("the map is at another version".into());
            }
            history.push(commit);
        }
        Outcome::Ok(())
    };
    let what = "in memory, many actors, against a map of vectors";
    let bar = Bar { what, ratio: 0.50 };
    rounds
        .compare(&bar, actors * length, (input, ours), (input, raw))
        .await
}

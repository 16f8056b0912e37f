use std::collections::HashMap;

use aether::{ActorId, Commit, EventStore as _, InMemoryEventStore};

use crate::{
    Outcome,
    fixture::{commit, fresh},
    rounds::{Bar, Rounds, resident},
};

/// What an event takes of memory, its data included, in commits of one and of ten.
pub(crate) async fn state_size(rounds: &Rounds) -> Outcome {
    // What is freed is not always given back to the system, and would be missing afterwards.
    let mut kept = Vec::new();
    for (what, events) in [
        ("in memory, bytes an event, commits of 1", 1),
        ("in memory, bytes an event, commits of 10", 10),
    ] {
        if !rounds.wants(what) {
            continue;
        }
        let store = InMemoryEventStore::new();
        let (actors, length) = (rounds.scaled(1_000), 400 / events);
        let actors: Vec<ActorId> = (0..actors).map(|_| fresh()).collect();
        let before = resident();
        for index in 0..length {
            for actor in &actors {
                store.append(commit(actor, index * events, events)).await?;
            }
        }
        let count = actors.len() as u64 * length * events;
        let data = commit(&fresh(), 0, 1).into_events().remove(0).data;
        let (each, data) = (
            resident().saturating_sub(before) / count,
            data.as_str().len(),
        );
        rounds.state(what, &format!("{each}, of which {data} are its data"));
        kept.push(store);
    }
    Ok(())
}

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

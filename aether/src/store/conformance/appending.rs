#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use futures_util::future::{join, join_all};

use super::fixture::{actor, commit, conflict, fill, history, ok, recorded, same};
use crate::{Commit, EventStore, Version, VersionConflict};

/// Events that are stored together become visible together.
pub async fn a_commit_is_atomic<S: EventStore>(store: &S) {
    let (actor, commits) = (actor("atomic"), 40);
    let write = async {
        for index in 0..commits {
            ok(store.append(commit(&actor, index * 5 + 1, 5)).await);
        }
    };
    let read = async {
        let mut seen = 0;
        while seen < commits * 5 {
            seen = ok(store.version(&actor).await).as_u64();
            assert_eq!(seen % 5, 0, "a part of a commit is visible");
            for recorded in history(store, &actor, Version::NONE).await {
                assert_eq!(recorded.commit.events().len(), 5);
            }
        }
    };
    join(write, read).await;
}

/// A commit that was refused is neither in the history nor in the log.
pub async fn a_refused_commit_leaves_no_trace<S: EventStore>(store: &S) {
    let actor = actor("refused");
    let stored = fill(store, &actor, 2).await;
    let head = ok(store.head().await);
    conflict(store.append(commit(&actor, 2, 3)).await);
    conflict(store.append(commit(&actor, 9, 3)).await);
    same(&history(store, &actor, Version::NONE).await, &stored);
    assert_eq!(ok(store.version(&actor).await), Version::new(2));
    assert_eq!(ok(store.head().await), head);
}

/// A commit that expects a version its actor has left behind is refused.
pub async fn a_stale_writer_is_refused<S: EventStore>(store: &S) {
    let actor = actor("stale");
    fill(store, &actor, 3).await;
    for stale in 2..=3 {
        conflict(store.append(commit(&actor, stale, 1)).await);
    }
    ok(store.append(commit(&actor, 4, 1)).await);
}

/// A commit that expects a version its actor has not reached is refused.
pub async fn a_writer_that_is_ahead_is_refused<S: EventStore>(store: &S) {
    let (none, some) = (actor("ahead of nothing"), actor("ahead"));
    assert_eq!(
        conflict(store.append(commit(&none, 2, 1)).await).current,
        Version::NONE
    );
    fill(store, &some, 3).await;
    assert_eq!(
        conflict(store.append(commit(&some, 5, 1)).await).current,
        Version::new(3)
    );
}

/// What is appended at once is appended, and what is given back is not.
pub async fn appending_at_once_is_appending_or_nothing<S: EventStore>(store: &S) {
    let actor = actor("at once");
    let (first, stale) = (commit(&actor, 1, 2), commit(&actor, 2, 1));
    match store.append_at_once(first.clone()) {
        Ok(answer) => {
            let receipt = ok(answer);
            assert_eq!(ok(store.append(first.clone()).await), receipt, "again");
            let again = store.append_at_once(first.clone()).map(ok);
            assert_eq!(again, Ok(receipt), "again, at once");
            same(
                &history(store, &actor, Version::NONE).await,
                &[recorded(receipt, first)],
            );
            let refused = store.append_at_once(stale).map(conflict);
            assert_eq!(refused.map(|it| it.current), Ok(Version::new(2)));
        }
        Err(back) => {
            assert_eq!(back, first, "it is given back as it was");
            assert_eq!(ok(store.version(&actor).await), Version::NONE);
        }
    }
}

/// Of two first commits of an actor, the second is refused.
pub async fn the_first_commit_is_guarded_too<S: EventStore>(store: &S) {
    let actor = actor("first");
    let first = commit(&actor, 1, 2);
    let receipt = ok(store.append(first.clone()).await);
    conflict(store.append(commit(&actor, 1, 1)).await);
    let stored = history(store, &actor, Version::NONE).await;
    same(&stored, &[recorded(receipt, first)]);
}

/// A conflict says which actor it is about, what was attempted, and what there is.
pub async fn a_conflict_names_actor_attempted_and_current_version<S: EventStore>(store: &S) {
    let actor = actor("named");
    ok(store.append(commit(&actor, 1, 4)).await);
    let wanted = VersionConflict {
        actor_id: actor.clone(),
        attempted: Version::new(3),
        current: Version::new(4),
    };
    let answer = store.append(commit(&actor, 3, 2)).await;
    assert_eq!(conflict(answer), wanted);
}

/// The very same commit, appended again, is stored once and answered alike.
pub async fn appending_again_is_harmless<S: EventStore>(store: &S) {
    let actor = actor("again");
    let (first, second) = (commit(&actor, 1, 2), commit(&actor, 3, 1));
    let receipt = ok(store.append(first.clone()).await);
    assert_eq!(ok(store.append(first.clone()).await), receipt);
    let later = ok(store.append(second.clone()).await);
    assert_eq!(ok(store.append(second.clone()).await), later);
    assert_eq!(ok(store.append(first.clone()).await), receipt);
    let stored = [recorded(receipt, first), recorded(later, second)];
    same(&history(store, &actor, Version::NONE).await, &stored);
}

/// A commit that others have written after is still known, however many they were.
pub async fn appending_again_is_harmless_after_others_wrote<S: EventStore>(store: &S) {
    let (actor, other) = (actor("again later"), actor("someone else"));
    let stored = fill(store, &actor, 60).await;
    fill(store, &other, 5).await;
    for known in stored.iter().rev() {
        let receipt = ok(store.append(known.commit.clone()).await);
        assert_eq!(recorded(receipt, known.commit.clone()), *known);
        assert_eq!(receipt.version, known.commit.version());
    }
    same(&history(store, &actor, Version::NONE).await, &stored);
}

/// Of writers that expect the same version, one is told that it stored, and it alone did.
pub async fn of_many_writers_exactly_one_wins<S: EventStore>(store: &S) {
    let actor = actor("contested");
    for round in 1..=10 {
        let attempts: Vec<Commit> = (0..16).map(|_| commit(&actor, round, 1)).collect();
        let answers = join_all(attempts.iter().map(|it| store.append(it.clone()))).await;
        let mut winners = Vec::new();
        for (attempt, answer) in attempts.iter().zip(answers) {
            match answer {
                Ok(receipt) => winners.push(recorded(receipt, attempt.clone())),
                Err(err) => assert_eq!(conflict::<()>(Err(err)).current, Version::new(round)),
            }
        }
        let before = Version::new(round - 1);
        assert_eq!(winners.len(), 1, "of {} in round {round}", attempts.len());
        same(&history(store, &actor, before).await, &winners);
    }
}

/// Writers that load and try again after a conflict all come to write, each the events it meant.
pub async fn writers_that_load_and_try_again_lose_nothing<S: EventStore>(store: &S) {
    let actor = &actor("busy");
    let write = |_| async move {
        for _ in 0..10 {
            loop {
                let next = ok(store.version(actor).await).next();
                match store.append(commit(actor, next.as_u64(), 1)).await {
                    Ok(_) => break,
                    refused => conflict(refused),
                };
            }
        }
    };
    join_all((0..6).map(write)).await;
    assert_eq!(ok(store.version(actor).await), Version::new(60));
    assert_eq!(history(store, actor, Version::NONE).await.len(), 60);
}

/// The events of an actor count 1, 2, 3; a later commit has a larger position.
pub async fn versions_have_no_gaps_and_positions_grow<S: EventStore>(store: &S) {
    let actors = [actor("a"), actor("b"), actor("c")];
    let (mut last, mut first) = (ok(store.head().await), 1);
    for size in [1, 4, 2, 7, 1] {
        for actor in &actors {
            let receipt = ok(store.append(commit(actor, first, size)).await);
            assert!(receipt.position > last, "{receipt:?} after {last}");
            assert_eq!(receipt.version, Version::new(first + size - 1));
            last = receipt.position;
        }
        first += size;
    }
    for actor in &actors {
        let stored = history(store, actor, Version::NONE).await;
        let events = stored.iter().flat_map(|recorded| recorded.commit.events());
        let versions: Vec<u64> = events.map(|event| event.version.as_u64()).collect();
        same(&versions, &(1..=15).collect::<Vec<_>>());
    }
}

/// A commit is a unit however many events it has.
pub async fn a_commit_of_many_events_is_stored<S: EventStore>(store: &S) {
    let actor = actor("many");
    let large = commit(&actor, 1, 1_000);
    let receipt = ok(store.append(large.clone()).await);
    assert_eq!(receipt.version, Version::new(1_000));
    let stored = history(store, &actor, Version::NONE).await;
    same(&stored, &[recorded(receipt, large)]);
}

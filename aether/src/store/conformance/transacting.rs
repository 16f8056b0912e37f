#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use futures_util::future::{join, join_all};

use super::fixture::{actor, commit, conflict, fill, history, ok, recorded, same};
use crate::{ActorId, Commit, EventStore, Position, StoreErrorKind, Transaction, Version};

fn transaction(commits: impl IntoIterator<Item = Commit>) -> Transaction {
    ok(Transaction::new(commits))
}

async fn versions<S: EventStore>(store: &S, actors: &[&ActorId]) -> Vec<u64> {
    let versions = actors
        .iter()
        .map(async |actor| ok(store.version(actor).await).as_u64());
    join_all(versions).await
}

/// The commits of a transaction are stored together, each with a receipt of its own.
pub async fn a_transaction_is_stored_whole<S: EventStore>(store: &S) {
    let (a, b) = (actor("Account.a"), actor("Account.b"));
    fill(store, &b, 2).await;
    let (to_a, to_b) = (commit(&a, 1, 3), commit(&b, 3, 1));
    let receipts = ok(store
        .transact(transaction([to_a.clone(), to_b.clone()]))
        .await);
    assert_eq!(receipts.len(), 2);
    let stored: Vec<_> = receipts.into_iter().zip([to_a, to_b]).collect();
    for (receipt, commit) in stored {
        assert_eq!(receipt.version, commit.version());
        let after = commit.expected();
        let actor = commit.actor_id().clone();
        same(
            &history(store, &actor, after).await,
            &[recorded(receipt, commit)],
        );
    }
    assert_eq!(versions(store, &[&a, &b]).await, [3, 3]);
}

/// If one of the actors is elsewhere, nothing is stored, and the conflict names that actor.
pub async fn a_transaction_is_refused_whole<S: EventStore>(store: &S) {
    let (a, b) = (actor("Account.a"), actor("Account.b"));
    fill(store, &b, 2).await;
    let head = ok(store.head().await);
    let stale = transaction([commit(&a, 1, 1), commit(&b, 2, 1)]);
    let refused = conflict(store.transact(stale).await);
    assert_eq!(
        (refused.actor_id, refused.attempted, refused.current),
        (b.clone(), Version::new(2), Version::new(2))
    );
    assert_eq!(versions(store, &[&a, &b]).await, [0, 2]);
    assert_eq!(ok(store.head().await), head);
}

/// An actor that is only guarded must be at its version, and is not written to.
pub async fn a_guard_is_checked_and_not_written<S: EventStore>(store: &S) {
    let (a, rule) = (actor("Account.a"), actor("Rule.limit"));
    let guarded = |first, version| {
        let one = transaction([commit(&a, first, 1)]);
        ok(one.guard(rule.clone(), Version::new(version)))
    };
    ok(store.transact(guarded(1, 0)).await);
    fill(store, &rule, 2).await;
    let refused = conflict(store.transact(guarded(2, 1)).await);
    assert_eq!(
        (refused.actor_id, refused.current),
        (rule.clone(), Version::new(2))
    );
    ok(store.transact(guarded(2, 2)).await);
    assert_eq!(versions(store, &[&a, &rule]).await, [2, 2]);
    assert_eq!(history(store, &rule, Version::NONE).await.len(), 2);
}

/// Appending the very same transaction again changes nothing, and is answered as before.
pub async fn transacting_again_is_harmless<S: EventStore>(store: &S) {
    let (a, b) = (actor("Account.a"), actor("Account.b"));
    let both = transaction([commit(&a, 1, 1), commit(&b, 1, 2)]);
    let first = ok(store.transact(both.clone()).await);
    ok(store.append(commit(&a, 2, 1)).await);
    assert_eq!(ok(store.transact(both).await), first);
    assert_eq!(versions(store, &[&a, &b]).await, [2, 2]);
}

/// Of transactions that overlap and race, those that succeed do not undo each other.
pub async fn racing_transactions_are_serialised<S: EventStore>(store: &S) {
    let (a, b) = (actor("Account.a"), actor("Account.b"));
    let transfer = async || {
        let mut conflicts = 0;
        loop {
            let at = versions(store, &[&a, &b]).await;
            let next = |actor, index: usize| {
                let version = at.get(index).copied().unwrap_or_default();
                commit(actor, version + 1, 1)
            };
            match store
                .transact(transaction([next(&a, 0), next(&b, 1)]))
                .await
            {
                Ok(_) => return conflicts,
                Err(err) if err.kind() == StoreErrorKind::Conflict => conflicts += 1,
                Err(err) => return ok(Err(err)),
            }
        }
    };
    let writers = 8;
    join_all((0..writers).map(|_| transfer())).await;
    assert_eq!(versions(store, &[&a, &b]).await, [writers, writers]);
}

/// No reader sees a part of a transaction: in the log its commits follow each other.
pub async fn a_transaction_is_seen_whole<S: EventStore>(store: &S) {
    let (a, b, other) = (actor("Account.a"), actor("Account.b"), actor("Other.c"));
    let transact = async {
        for version in 1..=10 {
            let both = transaction([commit(&a, version, 1), commit(&b, version, 1)]);
            ok(store.transact(both).await);
        }
    };
    join(transact, fill(store, &other, 20)).await;
    let log = ok(crate::EventStoreExt::log(store, Position::START).await);
    let actors: Vec<_> = log
        .iter()
        .map(|recorded| recorded.commit.actor_id())
        .collect();
    assert_eq!(actors.len(), 40);
    for pair in actors.windows(2) {
        if let [first, second] = pair {
            assert_eq!(*first == &a, *second == &b, "the pair lies together");
        }
    }
}

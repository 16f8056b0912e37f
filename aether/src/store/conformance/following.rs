#![expect(
    clippy::missing_panics_doc,
    reason = "a failed case is a panic, and that is what the module is for"
)]

use std::pin::pin;

use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{join, join_all, join3},
};

use super::fixture::{actor, commit, fill, ok, positions, recorded, same, take};
use crate::{EventStore, Position, Recorded, Version};

/// Stores `count` commits by each of three writers at once, and gives them back as they lie in
/// the log.
async fn write<S: EventStore>(store: &S, count: u64) -> Vec<Recorded> {
    let actors = [actor("one"), actor("two"), actor("three")];
    let writers = actors.iter().map(|actor| fill(store, actor, count));
    let mut stored: Vec<_> = join_all(writers).await.into_iter().flatten().collect();
    stored.sort_by_key(|recorded| recorded.position);
    stored
}

/// The log gives every commit of every actor, in the order of their positions.
pub async fn following_gives_everything_in_order<S: EventStore>(store: &S) {
    let stored = write(store, 40).await;
    let mut log = pin!(store.follow(Position::START));
    same(&take(&mut log, stored.len()).await, &stored);
}

/// The log begins after the position, wherever that lies.
pub async fn following_begins_after_the_position_it_is_given<S: EventStore>(store: &S) {
    let stored = write(store, 4).await;
    for (index, before) in stored.iter().enumerate() {
        let rest = stored.split_at(index + 1).1;
        let mut log = pin!(store.follow(before.position));
        same(&take(&mut log, rest.len()).await, rest);
    }
}

/// At the end of the log a follower waits, and is given what comes.
pub async fn following_waits_for_what_comes<S: EventStore>(store: &S) {
    let actor = actor("to come");
    let mut log = pin!(store.follow(Position::START));
    for version in 1..=20 {
        let commit = commit(&actor, version, 1);
        let (seen, receipt) = join(take(&mut log, 1), store.append(commit.clone())).await;
        same(&seen, &[recorded(ok(receipt), commit)]);
    }
}

/// Between what is there and what comes, nothing is missed and nothing is given twice.
pub async fn following_misses_nothing_while_writers_write<S: EventStore>(store: &S) {
    let wanted = 3 * 80;
    let (mut early, late) = (
        pin!(store.follow(Position::START)),
        following_from_the_middle(store, wanted),
    );
    let (stored, early, late) = join3(write(store, 80), take(&mut early, wanted), late).await;
    same(&positions(&early), &positions(&stored));
    same(&early, &stored);
    same(&late, &stored);
}

/// Follows anew, from the last position seen, after every 13 commits.
async fn following_from_the_middle<S: EventStore>(store: &S, wanted: usize) -> Vec<Recorded> {
    let (mut seen, mut last) = (Vec::new(), Position::START);
    while seen.len() < wanted {
        let mut log = pin!(store.follow(last));
        let part = take(&mut log, 13.min(wanted - seen.len())).await;
        last = part.last().map_or(last, |recorded| recorded.position);
        seen.extend(part);
    }
    seen
}

/// A follower that does not read while much is written is given all of it when it does.
pub async fn a_slow_follower_loses_nothing<S: EventStore>(store: &S) {
    let first = fill(store, &actor("first"), 1).await;
    let mut log = pin!(store.follow(Position::START));
    same(&take(&mut log, 1).await, &first);
    let stored = write(store, 700).await;
    same(&take(&mut log, stored.len()).await, &stored);
}

/// A future of the next item, or the whole follower, can be dropped without a loss.
pub async fn a_dropped_follower_loses_nothing<S: EventStore>(store: &S) {
    let actor = actor("dropped");
    let mut log = pin!(store.follow(Position::START));
    for version in 1..=20 {
        let early = log.next().now_or_never();
        assert!(early.is_none(), "{early:?} before it was stored");
        let commit = commit(&actor, version, 1);
        let receipt = ok(store.append(commit.clone()).await);
        same(&take(&mut log, 1).await, &[recorded(receipt, commit)]);
        drop(Box::pin(store.follow(Position::START)));
    }
    assert_eq!(ok(store.version(&actor).await), Version::new(20));
}

/// The head is where the log ends: before anything is stored, at its start.
pub async fn the_head_is_the_position_of_the_last_commit<S: EventStore>(store: &S) {
    assert_eq!(ok(store.head().await), Position::START);
    for recorded in fill(store, &actor("head"), 5).await {
        assert!(ok(store.head().await) >= recorded.position);
    }
    let mut log = pin!(store.follow(Position::START));
    let last = take(&mut log, 5).await.pop();
    assert_eq!(last.map(|it| it.position), Some(ok(store.head().await)));
}

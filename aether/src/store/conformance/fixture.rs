//! What the cases are made of. It panics where a store fails, since that is what it is for.
#![expect(
    clippy::panic,
    reason = "a failed case is a panic that says what went wrong"
)]

use std::{error::Error, fmt};

use futures_core::Stream;
use futures_util::StreamExt as _;
use serde_json::json;

use crate::{ActorId, Commit, Event, EventStore, Position, Receipt, Recorded, StoreError, Version};

/// The value, or a panic with the error and all that lay behind it.
#[track_caller]
pub(super) fn ok<T, E: Error>(answer: Result<T, E>) -> T {
    answer.unwrap_or_else(|err| panic!("{}", chain(&err)))
}

fn chain(err: &dyn Error) -> String {
    let mut text = err.to_string();
    let mut source = err.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

pub(super) fn actor(text: &str) -> ActorId {
    ok(ActorId::new(text))
}

/// Events `first`, `first + 1`, and so on, each with its own version as its data.
pub(super) fn commit(actor: &ActorId, first: u64, count: u64) -> Commit {
    let event = |version| {
        ok(Event::new(
            actor,
            version,
            "Counted",
            &json!({ "n": version }),
        ))
    };
    ok(Commit::new((first..first + count).map(event)))
}

/// Stores commits of one event each, up to version `count`, and gives them back.
pub(super) async fn fill<S: EventStore>(store: &S, actor: &ActorId, count: u64) -> Vec<Recorded> {
    let mut stored = Vec::new();
    for version in 1..=count {
        let commit = commit(actor, version, 1);
        let receipt = ok(store.append(commit.clone()).await);
        stored.push(recorded(receipt, commit));
    }
    stored
}

pub(super) const fn recorded(receipt: Receipt, commit: Commit) -> Recorded {
    let position = receipt.position;
    Recorded { position, commit }
}

/// All commits of an actor after a version, page by page.
pub(super) async fn history<S: EventStore>(
    store: &S,
    actor: &ActorId,
    after: Version,
) -> Vec<Recorded> {
    let (mut commits, mut after) = (Vec::new(), after);
    loop {
        let page = ok(store.read(actor, after).await);
        let last = page.last_version();
        commits.extend(page.commits);
        match (page.more, last) {
            (true, Some(last)) => after = last,
            (true, None) => panic!("a page without commits says that there are more"),
            (false, _) => return commits,
        }
    }
}

/// The next commits of a log.
pub(super) async fn take(
    log: &mut (impl Stream<Item = Result<Recorded, StoreError>> + Unpin + Send),
    count: usize,
) -> Vec<Recorded> {
    let mut commits = Vec::new();
    while commits.len() < count {
        match log.next().await {
            Some(recorded) => commits.push(ok(recorded)),
            None => panic!("the log ended after {} commits", commits.len()),
        }
    }
    commits
}

pub(super) fn positions(commits: &[Recorded]) -> Vec<Position> {
    commits.iter().map(|recorded| recorded.position).collect()
}

/// Panics if the two differ, and says where first.
#[track_caller]
pub(super) fn same<T: PartialEq + fmt::Debug>(found: &[T], wanted: &[T]) {
    assert_eq!(found.len(), wanted.len(), "as many as were stored");
    for (index, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        assert_eq!(found, wanted, "number {index}");
    }
}

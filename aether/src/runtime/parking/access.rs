use std::collections::BTreeSet;

use super::{
    lot::Entry,
    orders::{self, Orders, What},
};
use crate::{ActorId, CheckpointStore, Position, StoreError, Timestamp};

/// The name under which the followers are listed that have ever parked something.
const FOLLOWERS: &str = "parked";

/// What a follower has parked of an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parked {
    /// The follower, as its checkpoint is named: `policy/NAME`, `adapter/NAME` and so on.
    pub follower: String,
    /// The actor whose commit it is.
    pub actor_id: ActorId,
    /// Where the commit lies that cannot be handled.
    pub position: Position,
    /// Why it cannot be.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Since when it has been there.
    pub since: Timestamp,
    /// How many later commits of the actor wait behind it.
    pub waiting: usize,
    /// Whether it is tried again by itself; otherwise it waits for an order.
    pub is_retried: bool,
}

impl Parked {
    pub(super) fn of(follower: &str, entry: &Entry) -> Self {
        Self {
            follower: follower.to_owned(),
            actor_id: entry.actor.clone(),
            position: entry.first(),
            reason: entry.reason.clone(),
            attempts: entry.attempts,
            since: entry.since,
            waiting: entry.positions.len().saturating_sub(1),
            is_retried: !entry.given_up,
        }
    }
}

/// The followers of a namespace that have ever parked something, as their checkpoints are named.
///
/// # Errors
/// If the store does not answer, or what it keeps cannot be read.
///
/// # Cancel safety
/// Cancel safe: it changes nothing.
pub async fn followers<S: CheckpointStore>(store: &S) -> Result<Vec<String>, StoreError> {
    let kept = store.checkpoint(FOLLOWERS).await?;
    let names: BTreeSet<String> = orders::read(&kept, FOLLOWERS)?.unwrap_or_default();
    Ok(names.into_iter().collect())
}

/// Lists a follower that is about to park something.
pub(in crate::runtime) async fn announce<S: CheckpointStore>(
    store: &S,
    follower: &str,
) -> Result<(), StoreError> {
    let add = |known: &mut BTreeSet<String>| _ = known.insert(follower.to_owned());
    orders::change(store, FOLLOWERS, add).await
}

/// What a follower has parked, as it was kept last.
///
/// # Errors
/// As for [`followers`].
///
/// # Cancel safety
/// Cancel safe: it changes nothing.
pub async fn parked<S: CheckpointStore>(
    store: &S,
    follower: &str,
) -> Result<Vec<Parked>, StoreError> {
    let kept = store.checkpoint(follower).await?;
    let entries: Vec<Entry> = orders::read(&kept, follower)?.unwrap_or_default();
    Ok(entries.iter().map(|it| Parked::of(follower, it)).collect())
}

/// Orders a follower to try once more what it has parked of these actors; what waits behind it
/// follows. A follower that runs does so within a second, one that does not when it runs again.
///
/// # Errors
/// As for [`followers`].
///
/// # Cancel safety
/// If the future is dropped, it may be ordered or not.
pub async fn retry<S: CheckpointStore>(
    store: &S,
    follower: &str,
    actors: &[ActorId],
) -> Result<(), StoreError> {
    Orders::add(store, follower, actors, What::Retry).await
}

/// Orders a follower to skip, for each of these actors, the one commit that it cannot handle; what
/// waits behind it follows. The event stays in the log.
///
/// # Errors
/// As for [`followers`].
///
/// # Cancel safety
/// If the future is dropped, it may be ordered or not.
pub async fn discard<S: CheckpointStore>(
    store: &S,
    follower: &str,
    actors: &[ActorId],
) -> Result<(), StoreError> {
    Orders::add(store, follower, actors, What::Discard).await
}

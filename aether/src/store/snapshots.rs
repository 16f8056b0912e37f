use std::future::Future;

use super::StoreError;
use crate::{ActorId, ActorSnapshot};

/// Keeps the latest snapshot of each actor.
///
/// Snapshots are derived from the log: losing one costs time, never an event.
///
/// There is one place for each actor, not one for each schema: what builds that are gone have
/// left would stay for ever. Who saves them sees to it that two builds do not fight over it.
///
/// # What every store promises
/// - A snapshot that was saved is found again, unless a later one was.
/// - A snapshot never goes back: of two savers the one with the later version wins.
pub trait SnapshotStore: Send + Sync + 'static {
    /// The latest snapshot of an actor.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Unavailable`]: the store is out of reach.
    /// - [`StoreErrorKind::Corrupt`]: what is kept is no snapshot.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    ///
    /// [`StoreErrorKind::Unavailable`]: super::StoreErrorKind::Unavailable
    /// [`StoreErrorKind::Corrupt`]: super::StoreErrorKind::Corrupt
    fn snapshot(
        &self,
        actor: &ActorId,
    ) -> impl Future<Output = Result<Option<ActorSnapshot>, StoreError>> + Send;

    /// Keeps a snapshot, unless one of the same or a later version is kept already. A snapshot
    /// with another `schema_hash` than the one that is kept replaces it in any case.
    ///
    /// # Errors
    /// - [`StoreErrorKind::TooLarge`]: the state is larger than the store can keep.
    /// - [`StoreErrorKind::Unavailable`]: the store is out of reach. The snapshot may be the old
    ///   one or the new one.
    ///
    /// # Cancel safety
    /// Cancel safe: the snapshot is the old one or the new one.
    ///
    /// [`StoreErrorKind::TooLarge`]: super::StoreErrorKind::TooLarge
    /// [`StoreErrorKind::Unavailable`]: super::StoreErrorKind::Unavailable
    fn save_snapshot(
        &self,
        snapshot: ActorSnapshot,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether an actor may go on from a snapshot that did not come from here but from the process
    /// that had the actor before. If so, the store may take note of where its last commit is said to
    /// lie, so that what follows is found sooner; it keeps nothing of the state.
    ///
    /// Not unless a store says so: then the snapshot is taken from here. A store that wraps another
    /// one and changes what lies in snapshots, or keeps account of who has read what, leaves it at
    /// that.
    ///
    /// The snapshot is a hint, and may be wrong: whoever goes on from it reads from its last commit
    /// on, as from any other one.
    fn admit_snapshot(&self, _snapshot: &ActorSnapshot) -> bool {
        false
    }
}

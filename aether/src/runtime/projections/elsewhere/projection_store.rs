use std::{error::Error, future::Future};

use super::{Bookmark, Side, Step};
use crate::domain::{Handlers, Projection};

/// Keeps a projection outside of the event store, in a database say.
///
/// The projection stays pure: its `#[apply]` methods collect what is to be changed. It begins with
/// its default for each piece of the log, and this writes what it has collected and how far that
/// is in one transaction. So what an event changes is changed once, whenever a process is killed.
///
/// There are two places, each with a [`Bookmark`]: what is read, and what is built anew beside it.
/// Several processes may write at once: whoever does not find the bookmark that is expected writes
/// nothing, and goes on from the one that is there.
///
/// It is handed to [`AetherBuilder::projection_store`](crate::runtime::AetherBuilder::projection_store).
/// The example [`orders-in-sqlite`](https://github.com/aether-rs/aether/tree/main/examples/orders-in-sqlite)
/// is one for `SQLite`.
///
/// # What each promises
/// - Changes and bookmark are one transaction: both are there, or neither is.
/// - Of two that write from the same bookmark, one succeeds.
/// - What is read is never empty or half done while something is built beside it.
pub trait ProjectionStore: Send + Sync + 'static {
    /// The projection, which a context lists.
    type Projection: Projection + Handlers;

    /// Why something was not written or read. It is tried again, later; nothing is skipped.
    type Error: Error + Send + Sync + 'static;

    /// Raised by hand when the same events are to give something else. What was built under
    /// another version, or of other events, is built anew beside it when the runtime starts.
    const VERSION: u32 = 1;

    /// The bookmark of a side; none if it was never begun.
    ///
    /// # Errors
    /// If it cannot be had.
    fn bookmark(
        &self,
        side: Side,
    ) -> impl Future<Output = Result<Option<Bookmark>, Self::Error>> + Send;

    /// Empties a side and gives it this bookmark, in one transaction.
    ///
    /// # Errors
    /// If that failed; the side is as it was.
    fn begin(
        &self,
        side: Side,
        bookmark: Bookmark,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Writes changes to a side and moves its bookmark, in one transaction, if the bookmark is
    /// the one that is expected; says whether it was.
    ///
    /// # Errors
    /// If that failed, or it is not known whether it did. The bookmark is asked for again.
    fn save(
        &self,
        side: Side,
        changes: Self::Projection,
        step: Step,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Puts what was built beside in the place of what is read, in one transaction, if what is
    /// read has the bookmark `step.from` and what was built has `step.to`; says whether they had.
    /// What was read is gone then, and so is the bookmark of what was built.
    ///
    /// # Errors
    /// As for [`ProjectionStore::save`].
    fn swap(&self, step: Step) -> impl Future<Output = Result<bool, Self::Error>> + Send;
}

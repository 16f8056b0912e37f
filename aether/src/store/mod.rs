//! Where events are kept.
//!
//! [`EventStore`] is the seam: a log of commits for one namespace, with a guard on each append.
//! [`InMemoryEventStore`] keeps it in memory, `embedded` (feature `embedded`) in a folder, and
//! `jetstream` (feature `nats`) in NATS. What a store promises is written at each method, and each
//! promise is a case of `conformance` (feature `testing`), which every implementation and every
//! wrapper runs. `transfer` (feature `transfer`) exports and imports what a store holds.
//!
//! Nothing here knows of domain types, of commands or of policies.

mod actor_pattern;
mod asks;
mod capabilities;
mod checkpoint;
mod commit;
#[cfg(feature = "testing")]
pub mod conformance;
mod dyn_store;
#[cfg(feature = "embedded")]
pub mod embedded;
mod entry;
mod error;
mod events;
mod ext;
mod filter;
#[cfg(feature = "nats")]
pub mod jetstream;
mod memory;
mod position;
mod recorded;
mod snapshots;
mod span;
mod spread;
pub mod timers;
mod transaction;
#[cfg(feature = "transfer")]
pub mod transfer;

use std::future::Future;

use futures_core::Stream;

pub(crate) use self::{checkpoint::not_expected, events::Events, spread::spread};

#[cfg(feature = "runtime")]
pub(crate) use self::dyn_store::Appending;
#[cfg(feature = "embedded")]
pub use self::embedded::{EmbeddedEventStore, EmbeddedOptions};
#[cfg(feature = "simulation")]
pub(crate) use self::memory::Log;
pub use self::{
    actor_pattern::{ActorPattern, InvalidPattern},
    asks::{OutgoingCommand, Timer, TimerChange},
    capabilities::{Capabilities, Durability},
    checkpoint::{Checkpoint, CheckpointStore, ReaderState},
    commit::{Commit, InvalidCommit},
    dyn_store::DynEventStore,
    entry::{Entry, Stretch, Unreadable},
    error::{StoreError, StoreErrorKind, VersionConflict},
    ext::EventStoreExt,
    filter::Filter,
    memory::InMemoryEventStore,
    position::Position,
    recorded::{Page, Receipt, Recorded},
    snapshots::SnapshotStore,
    span::{Direction, Span},
    transaction::{InvalidTransaction, Transaction},
};
use crate::{ActorId, Namespace, Timestamp, Version};

/// Keeps the events of one namespace, for ever and in order.
///
/// # What every store promises
/// - *A commit is atomic.* Its events, and what it asks of others, become visible all at once, or
///   not at all. So do the commits of a transaction.
/// - *A stale writer is refused.* A commit is stored only if its actor's version is the one it
///   expects, the first commit included; the store itself checks, so that of several writers
///   that expect the same version exactly one succeeds.
/// - *Appending is idempotent.* A commit that is stored already, known by its [`CommitId`], is
///   not stored again, and the answer is the one of the first time.
/// - *Versions have no gaps, positions grow.* A later commit has a larger position.
/// - *What was read stays.* Events never change and never vanish.
/// - *Nothing is skipped.* What cannot be read is an error that says where it lies.
///
/// [`CommitId`]: crate::CommitId
///
/// The trait is implemented with `async fn`; for a store chosen at run time there is
/// [`DynEventStore`]. Conveniences are in [`EventStoreExt`].
pub trait EventStore: Send + Sync + 'static {
    /// The namespace whose events these are.
    fn namespace(&self) -> &Namespace;

    /// What it can do beyond what every store promises, and where its limits are.
    fn capabilities(&self) -> Capabilities;

    /// Stores a commit if its actor is at the version that the commit expects.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Conflict`]: the actor is at another version. Nothing was stored.
    /// - [`StoreErrorKind::TooLarge`]: the commit is larger than the store can keep. Nothing was
    ///   stored.
    /// - [`StoreErrorKind::Unavailable`]: the store is out of reach. This call stored nothing; a
    ///   commit that was in doubt before it is in doubt still.
    /// - [`StoreErrorKind::InDoubt`]: no answer came in time. The commit may or may not be
    ///   stored; append the very same commit again to know.
    /// - [`StoreErrorKind::Misconfigured`], [`StoreErrorKind::Invalid`]: the store is set up in a
    ///   way, or the commit is made in a way, that cannot be. Nothing was stored.
    /// - [`StoreErrorKind::Corrupt`]: what is stored of the actor cannot be read. Nothing was
    ///   stored.
    ///
    /// # Cancel safety
    /// Not cancel safe: if the future is dropped, the commit is in doubt. Append the very same
    /// commit again to know.
    fn append(&self, commit: Commit) -> impl Future<Output = Result<Receipt, StoreError>> + Send;

    /// The same as [`EventStore::append`], if that needs no waiting: a store that answers without
    /// spares its callers a future. Others give the commit back, untouched, as this does unless a
    /// store says otherwise.
    ///
    /// A store that wraps another one leaves it as it is, unless it does nothing of its own when a
    /// commit is stored.
    ///
    /// # Errors
    /// The commit, with which nothing was done. Within, as [`EventStore::append`].
    fn append_at_once(&self, commit: Commit) -> Result<Result<Receipt, StoreError>, Commit> {
        Err(commit)
    }

    /// Stores the commits of a transaction, all or none, if each actor it writes to or guards is
    /// at the version that is expected. Gives a receipt for each commit, in order.
    ///
    /// Appending the very same transaction again is harmless, as it is for a commit.
    ///
    /// # Errors
    /// As for [`EventStore::append`], for the transaction as a whole: a conflict names the first
    /// actor that is elsewhere. [`StoreErrorKind::Invalid`] if the store has no transactions, and
    /// [`StoreErrorKind::TooLarge`] if it has more commits and guards than
    /// [`Capabilities::transaction`] allows; nothing was stored.
    ///
    /// # Cancel safety
    /// As for [`EventStore::append`].
    fn transact(
        &self,
        transaction: Transaction,
    ) -> impl Future<Output = Result<Vec<Receipt>, StoreError>> + Send;

    /// Reads the commits of an actor that hold events later than `after`, oldest first.
    ///
    /// A page is bounded by what the store can hold in memory at ease, and holds at least one
    /// commit if there is one. A commit that lies across `after` is given whole.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Corrupt`]: what is stored cannot be read. The error says where.
    /// - [`StoreErrorKind::Unavailable`]: the store is out of reach.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn read(
        &self,
        actor: &ActorId,
        after: Version,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// Reads the commits of an actor that hold events earlier than `before`, newest first;
    /// [`Version::END`] is later than any.
    ///
    /// A page is bounded as for [`EventStore::read`]. A commit that lies across `before` is given
    /// whole. If there is more, read again before [`Page::first_version`].
    ///
    /// # Errors
    /// As for [`EventStore::read`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn read_back(
        &self,
        actor: &ActorId,
        before: Version,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;

    /// Reads back as [`EventStore::read_back`] does, as far as a place in the log and no further.
    ///
    /// Of the commits that lie at that place or before it, a page may hold one as its first, and no
    /// other. Unless [`Page::more`] is set, there are no earlier ones behind the place.
    ///
    /// Without an implementation of its own a store reads a page and leaves out what is too old.
    /// One that pays for each commit it reads should not read those.
    ///
    /// # Errors
    /// As for [`EventStore::read`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn read_back_to(
        &self,
        actor: &ActorId,
        before: Version,
        place: Position,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send {
        async move {
            let page = self.read_back(actor, before).await?;
            Ok(page.back_to(place))
        }
    }

    /// The version an actor is at: that of its last event, or [`Version::NONE`].
    ///
    /// # Errors
    /// As for [`EventStore::read`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn version(&self, actor: &ActorId) -> impl Future<Output = Result<Version, StoreError>> + Send;

    /// The position of the last commit in the log, or [`Position::START`].
    ///
    /// # Errors
    /// [`StoreErrorKind::Unavailable`]: the store is out of reach.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn head(&self) -> impl Future<Output = Result<Position, StoreError>> + Send;

    /// The namespaces in the same place that hold commits, in the order of their names: in the
    /// same folder, or in the account of the same server. Whether this one is among them tells
    /// whether anything is stored in it.
    ///
    /// # Errors
    /// [`StoreErrorKind::Unavailable`]: the store is out of reach.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn namespaces(&self) -> impl Future<Output = Result<Vec<Namespace>, StoreError>> + Send;

    /// The place in the log that a moment stands for: what lies up to this position was stored
    /// before the moment, what lies after it at the moment or later. [`Position::START`] if
    /// nothing was stored before.
    ///
    /// It is the time of *storing* that counts, by the clock of the store, and not
    /// [`Event::timestamp`], which says when an event happened. Where that clock was set back, it
    /// is one of the places where the log passes the moment.
    ///
    /// [`Event::timestamp`]: crate::Event::timestamp
    ///
    /// # Errors
    /// As for [`EventStore::scan`].
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn stored_before(
        &self,
        moment: Timestamp,
    ) -> impl Future<Output = Result<Position, StoreError>> + Send;

    /// Reads a part of the log, up to where the log ends now: a stretch of it from where the part
    /// begins, and what is left to be read.
    ///
    /// What cannot be read is an entry of its own among the others, and hinders nothing: foreign
    /// and damaged bytes, and gaps where commits are missing. Nothing is passed over.
    ///
    /// A stretch is bounded by what the store can hold in memory at ease, and holds at least one
    /// entry unless nothing is left. [`EventStoreExt::entries`] reads on and on.
    ///
    /// # Errors
    /// - [`StoreErrorKind::Unavailable`]: the store is out of reach.
    /// - [`StoreErrorKind::Corrupt`]: the store is damaged such that nothing can be read of it.
    ///
    /// # Cancel safety
    /// Cancel safe: it changes nothing.
    fn scan(&self, span: Span) -> impl Future<Output = Result<Stretch, StoreError>> + Send;

    /// Follows the log: every commit after `after`, in order, those to come included.
    ///
    /// The stream never ends by itself. It is ordered and checked for gaps, it holds no more in
    /// memory than a bounded number of commits however slow its reader is, and no commit is
    /// missed between reading what is there and waiting for what comes.
    ///
    /// # Errors
    /// An item may be [`StoreErrorKind::Corrupt`] or [`StoreErrorKind::Unavailable`]; it is the
    /// last one. Follow again from the last position that was seen.
    ///
    /// # Cancel safety
    /// Dropping the stream, or a future of its next item, loses nothing.
    fn follow(
        &self,
        after: Position,
    ) -> impl Stream<Item = Result<Recorded, StoreError>> + Send + 'static;
}

/// A store of everything: events, checkpoints and snapshots.
///
/// Implemented for whatever implements the three.
pub trait Store: EventStore + CheckpointStore + SnapshotStore {}

impl<S: EventStore + CheckpointStore + SnapshotStore> Store for S {}

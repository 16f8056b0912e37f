//! Event sourcing: write the domain once, as Rust types and functions.
//!
//! Aether runs it, keeps it, and draws it, and the drawing cannot lie.
//!
//! - A *domain* is types and pure functions: start with [`prelude`], whose traits are in
//!   [`domain`]. The macros write impls of those traits; each can be written by hand.
//! - A *store* keeps events: [`InMemoryEventStore`], `EmbeddedEventStore` on disk (feature
//!   `embedded`) or `JetStreamEventStore` (feature `nats`). What each promises is said at
//!   [`EventStore`], and is usable without a domain.
//! - The *runtime* (feature `runtime`) carries out commands and lets policies, projections and
//!   adapters follow the log: `Aether` has an example of it all.
//! - The *cluster*'s decisions (feature `cluster`): which node has which shard, and who leads.
//! - The *simulation* (feature `simulation`) runs a domain on several nodes that crash, over a server
//!   that fails, and the seed of a failure repeats it.
//! - The *model* of a domain, and its board, come from [`eventstorming`].
//! - The *testing kit* (feature `testing`) has given/when/then and replay snapshots, and with the
//!   feature `proptest` histories that nobody thought of.
//!
//! The [guide] introduces all of it on one domain, and the [reference] shows what each macro takes
//! and writes.
//!
//! [guide]: https://github.com/aether-rs/aether/tree/main/docs/guide
//! [reference]: https://github.com/aether-rs/aether/tree/main/docs/reference

// Generated code names `::aether`; so it works in this crate's own tests as well.
extern crate self as aether;

pub mod bus;
mod clock;
#[cfg(feature = "cluster")]
pub mod cluster;
mod event;
mod fence;
mod id;
mod metadata;
mod payload;
pub mod personal;
pub mod session;
#[cfg(feature = "simulation")]
pub mod simulation;
mod snapshot;
#[cfg(any(feature = "runtime", all(feature = "cluster", feature = "nats")))]
mod tenancy;
mod timestamp;
mod version;
#[cfg(any(feature = "nats", feature = "runtime"))]
mod waking;

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod __fuzz;
#[doc(hidden)]
pub mod __private;
pub mod domain;
pub mod observe;
pub mod prelude;
#[cfg(feature = "runtime")]
pub mod runtime;
pub mod store;
#[cfg(feature = "runtime")]
pub mod subscription;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(any(feature = "nats", feature = "opentelemetry"))]
mod traceparent;
pub mod wire;

#[cfg(feature = "macros")]
pub use aether_derive::{
    Aggregate, Command, Event, ExternalSystem, Id, Persona, Policy, ProcessManager, Projection,
    Query, Rejection, answer, apply, bounded_context, handle, handlers, react,
};
pub use eventstorming;

#[cfg(feature = "runtime")]
pub use self::runtime::Aether;
#[cfg(feature = "nats")]
pub use self::store::jetstream::{JetStreamEventStore, JetStreamOptions};
#[cfg(feature = "embedded")]
pub use self::store::{EmbeddedEventStore, EmbeddedOptions};
pub use self::{
    clock::{Clock, SystemClock},
    event::{Event, InvalidEvent},
    id::{ActorId, CommandId, CommitId, DataSubject, EventId, InvalidId, KeyId, Namespace},
    metadata::{InvalidMetadataKey, Metadata},
    payload::{InvalidPayload, Payload},
    personal::Personal,
    session::{Effect, InvalidMark, InvalidSessions, Sequence, SessionMark, Sessions},
    snapshot::{ActorSnapshot, CommitRef},
    store::{
        Capabilities, Checkpoint, CheckpointStore, Commit, Durability, DynEventStore, EventStore,
        EventStoreExt, InMemoryEventStore, InvalidCommit, InvalidTransaction, OutgoingCommand,
        Page, Position, ReaderState, Receipt, Recorded, SnapshotStore, Store, StoreError,
        StoreErrorKind, Timer, TimerChange, Transaction, VersionConflict,
    },
    timestamp::{InvalidTimestamp, Timestamp},
    version::Version,
};

//! Aether: write the domain once, as Rust types and functions.
//!
//! Aether runs it, keeps it, spreads it over machines, and draws it, and the drawing cannot lie.

// Generated code names `::aether`; so it works in this crate's own tests as well.
extern crate self as aether;

mod clock;
mod event;
mod id;
mod metadata;
mod payload;
mod snapshot;
mod timestamp;
mod version;

pub mod store;
pub mod wire;

#[cfg(feature = "nats")]
pub use self::store::jetstream::{JetStreamEventStore, JetStreamOptions};
pub use self::{
    clock::{Clock, SystemClock},
    event::{Event, InvalidEvent},
    id::{ActorId, CommandId, CommitId, EventId, InvalidId, Namespace},
    metadata::{InvalidMetadataKey, Metadata},
    payload::{InvalidPayload, Payload},
    snapshot::ActorSnapshot,
    store::{
        Commit, DynEventStore, EventStore, EventStoreExt, InMemoryEventStore, InvalidCommit, Page,
        Position, Receipt, Recorded, StoreError, StoreErrorKind, VersionConflict,
    },
    timestamp::{InvalidTimestamp, Timestamp},
    version::Version,
};

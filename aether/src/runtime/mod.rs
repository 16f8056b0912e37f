//! Runs a domain in one process: commands, policies, process managers, projections and adapters,
//! over a store.
//!
//! [`Aether::builder`] takes a store and bounded contexts; what it starts is exactly what the
//! contexts list. Everything here is a shell around the pure domain: it loads, lets the domain
//! decide, and commits. Each policy, projection and adapter is a *follower* of the log, a task
//! of its own, so that one that is stuck holds up no other; in a cluster those that do something
//! work on one node each. What one of them cannot handle is
//! [`parking`]'s to keep, so that it holds up nothing but its own actor.

mod actors;
mod adapter;
pub(crate) mod backoff;
mod builder;
#[cfg_attr(
    not(all(feature = "cluster", feature = "nats")),
    expect(dead_code, reason = "only a cluster carries commands")
)]
mod carried;
mod carry_out;
#[cfg(all(feature = "cluster", feature = "nats"))]
pub(crate) mod carrying;
mod command_error;
mod common_log;
mod driven;
mod duty;
mod engine;
mod envelope;
mod follower;
mod handle;
pub(crate) mod heads;
mod health;
mod heard;
mod lately;
mod meters;
mod monitor;
mod outbox;
pub mod parking;
pub(crate) mod placement;
mod process;
pub mod projections;
mod reactor;
mod registry;
mod retries;
mod route;
mod search;
mod send;
mod snapshots;
mod status;
mod storing;
mod tasks;
mod timers;
mod trace;

#[cfg(feature = "breaker")]
pub use self::adapter::{Breaker, Breaking, BreakingError};
pub use self::{
    actors::{ActorOptions, ActorsStatus},
    adapter::{Adapter, Delivery},
    builder::{AetherBuilder, StartError},
    command_error::{CommandError, LoadError, ReadError, Refusal, RemoteRefusal},
    handle::Aether,
    health::{FollowerHealth, Health, Lag, Problem, StoreHealth},
    parking::{Parked, Parking},
    projections::ReadModel,
    retries::Retries,
    send::{SendCommand, Sending, Sent},
    snapshots::{
        Difference, Finding, Reading, SnapshotPolicy, SnapshotStatus, UnseenState, Verified,
        verify_actor, verify_context,
    },
    status::{FollowerKind, FollowerState, FollowerStatus, ParkedStatus, TimersStatus},
};

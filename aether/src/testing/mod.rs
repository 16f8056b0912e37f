//! The testing kit: what a domain does, said in its own words and checked without a store.
//!
//! - [`given`] events, when a command, then events or a refusal: an aggregate.
//! - [`policy`], when an event, then commands: a policy.
//! - [`process`], given events, when an event or after a while, then commands: a process manager,
//!   with time as the test says.
//! - [`projection`], given events, then a state: a projection.
//! - [`assert_replay_snapshot!`]: the state after each event of a history, as a snapshot.
//! - [`assert_replays_equal`], [`assert_snapshots_resume`]: however a history is read, the state
//!   is the same.
//! - `arbitrary` (feature `proptest`): events and histories that nobody thought of.
//! - [`assert_contracts!`](crate::assert_contracts): every event that was ever released is read.
//!
//! Every event and command here passes through its stored form, as it does when it is run: what
//! a test sees is what a replay sees. Time stands still unless a test moves it, and new ids are
//! the same in every run. A failed assertion panics at the line of the test.
//!
//! Nothing here knows of a runtime, and nothing waits.

#[cfg(feature = "proptest")]
pub mod arbitrary;
mod clock;
#[cfg(feature = "schema")]
mod contract;
mod diff;
mod failure;
#[cfg(test)]
mod fixture;
mod given;
mod history;
mod into_events;
mod outline;
mod policy;
mod process;
mod projection;
mod redaction;
mod replay;
mod snapshot;
mod then;

#[doc(hidden)]
pub use insta;

#[cfg(feature = "schema")]
pub use self::contract::check_contracts;
pub use self::{
    clock::ManualClock,
    given::{Given, given},
    into_events::IntoEvents,
    policy::{Issued, PolicyTest, policy},
    process::{Asked, ProcessTest, process},
    projection::{ProjectionTest, projection},
    replay::{assert_replays_equal, assert_snapshots_resume},
    snapshot::{replay_snapshot, stored_events},
    then::Then,
};
pub use crate::assert_replay_snapshot;

//! Snapshots of actors: when they are taken, how they are kept, and how a load goes on from one.
//!
//! A snapshot is derived from the log and never trusted over it. Nothing here fails a command:
//! what cannot be used is left aside, counted and warned of, and the log is folded instead; what
//! cannot be saved is counted and forgotten.

mod fold;
mod loader;
mod policy;
mod queue;
mod snapshotter;
mod start;
mod status;
mod verify;

pub(super) use self::{
    fold::{Fold, FoldError},
    loader::{Loaded, Refreshed, Wanted},
    policy::Policies,
    snapshotter::Snapshotter,
    start::Start,
};
pub use self::{
    policy::SnapshotPolicy,
    status::{SnapshotStatus, UnseenState},
    verify::{Difference, Finding, Reading, Verified, verify_actor, verify_context},
};

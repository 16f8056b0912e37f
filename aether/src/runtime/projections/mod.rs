//! Read models: how they follow the log, are kept, and are built anew.
//!
//! A projection follows the log in a task of its own and is read in memory. One that says
//! `snapshot` is kept beside the log, state and position in one write, so that a runtime that
//! starts goes on from there; [`Saving`] says when. What is kept has a name made of the schema of
//! the state and of the events it is made of: a build with another schema makes its own, beside
//! that of the build before, which may still run.
//!
//! A *rebuild* reads the log from its start beside the state that is read, and takes its place
//! when it has come as far: [`Aether::rebuild`](super::Aether::rebuild) in the process, and
//! [`rebuild()`] from anywhere that reaches the store, which every process that runs the projection
//! heeds; [`rebuild_here`] does it without a runtime. [`kept`] lists what there is.
//!
//! An *inline* projection has the events of a command before the command is answered. It is
//! applied by whoever stores them, unless others have stored something in between: then the
//! answer waits until that is applied too. It is not one write with the events, and need not be:
//! what is read is in memory, and a crash makes it again.
//!
//! A projection may also lie elsewhere, in an SQL database say: a [`ProjectionStore`] writes what
//! becomes of the events and how far that is in one transaction.

mod access;
mod beside;
mod control;
mod elsewhere;
mod fold;
mod following;
mod here;
mod keeper;
mod launch;
mod ledger;
mod live;
mod orders;
mod progress;
mod projector;
mod read_model;
mod rebuild;
mod rebuilder;
mod saving;
mod status;

pub use self::{
    access::{KeptProjection, KeptRebuild, cancel, kept, rebuild},
    elsewhere::{Bookmark, InvalidBookmark, ProjectionStore, Side, Step},
    here::rebuild_here,
    progress::RebuildProgress,
    read_model::ReadModel,
    rebuild::{Rebuild, RebuildError},
    saving::Saving,
    status::{Keeping, ProjectionStatus},
};
pub(super) use self::{
    control::Control,
    elsewhere::Elsewhere,
    launch::Entry,
    live::{Inline, Live},
    orders::heed,
};

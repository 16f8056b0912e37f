//! Actors in this process: who decides for one, whose turn it is, and which states are kept.
//!
//! Each actor that is being sent to, or whose state is kept, has a *cell*. Whoever wants to decide
//! for the actor takes its turn there, in the order of coming; so within a process one command at
//! a time decides for an actor. The turn is carried by whoever sends: no actor has a task, neither
//! a busy one nor an idle one.
//!
//! A cell keeps the folded state with the version it is of, so that the next command decides on it
//! without asking the store. Nothing relies on that being the present state: a commit names the
//! version it expects, the store refuses it if the actor is elsewhere, and then what came in
//! between is read and the command is decided anew.
//!
//! Cells are kept by `quick_cache`: it is small (no dependency that is not here anyway, no task of
//! its own), it is scan resistant (S3-FIFO with a ghost list, so that many actors that are met once
//! do not drive out those that are met often), and it can *pin* what is in use: a cell with a
//! command in it is never driven out, so that no actor ever has two. `moka` has an expiry by age
//! and W-TinyLFU, but cannot pin, and keeps house in the calls of its users; `foyer` is made for a
//! cache that goes on on disk.

mod cell;
mod directory;
mod live;
mod options;
mod passivation;
mod turn;

pub use self::options::{ActorOptions, ActorsStatus};
pub(super) use self::{
    cell::Cell,
    directory::{Actors, Full},
    live::{Live, Weights},
    turn::Turn,
};

//! Actors in this process: who decides for one, whose turn it is, and which states are kept.
//!
//! Each actor that is being sent to, or whose state is kept, has a *place*. Whoever wants to decide
//! for the actor takes its turn there, in the order of coming; so within a process one command at
//! a time decides for an actor. The turn is carried by whoever sends: no actor has a task, neither
//! a busy one nor an idle one, and there is a line only where someone waits.
//!
//! While it is nobody's turn, the folded state rests in the place with the version it is of, so that
//! the next command decides on it without asking the store. Nothing relies on that being the
//! present state: a commit names the version it expects, the store refuses it if the actor is
//! elsewhere, and then what came in between is read and the command is decided anew.
//!
//! Places are kept by `quick_cache`: it is small (no dependency that is not here anyway, no task of
//! its own), it is scan resistant (S3-FIFO with a ghost list, so that many actors that are met once
//! do not drive out those that are met often), and it can *pin* what is in use: a place
//! whose turn is taken is never driven out, so that no actor ever has two. Its cache without locks is
//! used, in parts with a lock each: a place is then in one piece, and read and written in it. `moka`
//! has an expiry by age and W-TinyLFU, but cannot pin, and keeps house in the calls of its users;
//! `foyer` is made for a cache that goes on on disk.

mod directory;
mod hashed;
mod line;
mod live;
mod options;
mod part;
mod passivation;
mod slot;
mod sought;
#[cfg(test)]
mod tests;
mod turn;

pub use self::options::{ActorOptions, ActorsStatus};
pub(super) use self::{
    directory::{Actors, Entered, Full},
    live::{Live, Weights},
    turn::Turn,
};

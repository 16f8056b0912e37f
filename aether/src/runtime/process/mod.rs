//! Runs process managers. An instance is an actor: its history is what it has received, and a
//! commit of it holds one event that concerned it, with the commands and timers that it asks for.
//!
//! So an event is received once, and what follows from it is asked for once: both are one write.
//! What is asked for is carried out as it is for any actor whose commits ask for something.
//!
//! An instance stays in memory for a while, so that to receive one more event is one write, however
//! much it has received before. Whether it has received an event is known by the place of the event
//! in the log, which its commits are marked with as commands of a [`session`](crate::session) are.

mod awake;
mod inbox;
mod instance;
mod received;

pub(super) use self::{awake::Most, inbox::Inbox, received::is_received};

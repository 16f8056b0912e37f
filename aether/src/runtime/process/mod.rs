//! Runs process managers. An instance is an actor: its history is what it has received, and a
//! commit of it holds one event that concerned it, with the commands and timers that it asks for.
//!
//! So an event is received once, and what follows from it is asked for once: both are one write.
//! What is asked for is carried out as it is for any actor whose commits ask for something.

mod inbox;
mod instance;
mod received;

pub(super) use self::{inbox::Inbox, received::is_received};

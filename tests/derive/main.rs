//! The macros: what they write, what it does, and what they say about mistakes.

#![expect(
    clippy::expect_used,
    reason = "a helper of a test fails the test, and says what is wrong"
)]
#![expect(
    clippy::empty_structs_with_brackets,
    reason = "an event or a command is a struct with named fields, of which it may have none"
)]

// As `renamed = { package = "aether", .. }` does in a manifest.
extern crate aether as renamed;

mod by_hand;
mod codec;
mod crates;
mod dispatch;
mod evolution;
mod forms;
mod hygiene;
mod ids;
mod marks;
mod messages;
mod model;
mod neighbours;
mod nested;
mod parts;
mod processes;
mod queries;
mod shop;
mod subsets;

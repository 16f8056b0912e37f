//! The testing kit as a user's crate has it: through `aether` alone, without insta.

mod account;
mod contracts;
mod given_when_then;
mod replay_snapshots;

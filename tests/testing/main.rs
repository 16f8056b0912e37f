//! The testing kit as a user's crate has it: through `aether` alone, without insta.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a helper of a test fails the test, and says what is wrong"
)]

mod account;
mod arbitrary;
mod clustered;
mod contracts;
mod given_when_then;
mod letters;
mod replay_snapshots;
mod simulated;

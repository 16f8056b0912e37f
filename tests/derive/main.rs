//! The macros: what they write, what it does, and what they say about mistakes.

#![expect(
    clippy::expect_used,
    reason = "a helper of a test fails the test, and says what is wrong"
)]

mod codec;
mod dispatch;
mod forms;
mod ids;
mod marks;
mod messages;
mod model;
mod neighbours;
mod processes;
mod queries;
mod shop;

//! The macros: what they write, what it does, and what they say about mistakes.

mod codec;
mod dispatch;
mod ids;
mod messages;
mod model;
mod neighbours;
mod shop;

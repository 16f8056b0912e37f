//! The macros: what they write, what it does, and what they say about mistakes.

mod messages;
mod shop;

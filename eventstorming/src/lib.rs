//! The EventStorming model of a domain, and everything drawn or written from it.
//!
//! [`meta`] is what the macros of `aether` leave behind in the user's crate: constants that say
//! which events, commands, aggregates and policies there are, read off signatures that the
//! compiler has checked. [`model`] is the graph built from them. Everything else is a pure
//! function of that graph.

pub mod meta;

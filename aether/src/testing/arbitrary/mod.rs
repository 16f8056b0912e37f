//! Arbitrary events and histories of a domain: [proptest](https://docs.rs/proptest)'s strategies,
//! of which nothing is to be written.
//!
//! - [`stories`]: commands with arbitrary values, sent to one actor. Played, they give a
//!   [`History`]: one that the aggregate really could have, for it is its own handlers that decide.
//! - [`events`]: arbitrary events of a set, each for itself.
//! - [`released`]: arbitrary events in every form that was ever released, as a contract lock has
//!   them, for upcasters.
//!
//! Values are made from the JSON Schema of a type, because that is there already, for the
//! documents and for the contract lock; because it says what travels and what is stored, which
//! is what a handler and an upcaster meet; and because its bounds are then in the documents as
//! well. What a type takes and what its schema says may differ: what the type does not take is
//! left out, and where it takes nothing, the test fails and says so.
//!
//! Texts and numbers are few and small for the most part, so that two of them are often the same,
//! and now and then as large or as strange as the schema allows.

mod commands;
mod events;
mod history;
mod released;
mod story;
mod texts;
mod values;

#[doc(no_inline)]
pub use proptest;

pub use self::{
    commands::{Commands, Kind},
    events::events,
    history::{History, Outcome, Step},
    released::released,
    story::{Story, stories},
};

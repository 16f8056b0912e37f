//! Contracts: what was released stays readable for ever.
//!
//! A [`Lock`] keeps the JSON Schema and samples of every form of an event that was ever released,
//! and only grows. [`Lock::check`] compares each with the present schema, field by field
//! ([`compare`]), and finds what would make a stored event unreadable.
//!
//! The comparison knows how Aether's events are written and read: only our own structs write
//! them, and a reader skips the fields it does not know. So a field may be added, where strict
//! JSON Schema logic calls that a break, and a value may not be taken away.
//!
//! Schemas come from the domain's crate when it runs, as do the readers that samples are put
//! through; here is only what follows from them.

mod alternative;
mod change;
mod compare;
mod examine;
mod kept;
mod lock;
mod number;
mod sample;
mod schema;
mod validate;

/// A schema as it is read here: for `aether`, which makes arbitrary values of it.
#[doc(hidden)]
pub mod reading {
    pub use super::{
        alternative::{Alternative, Form, alternatives},
        number::Range,
        schema::Schema,
    };
}

pub(crate) use self::schema::Schema;
pub use self::{
    change::{Change, Rule, Verdict},
    compare::compare,
    kept::kept,
    lock::{Form, Lock, LockError},
    sample::{sample, samples},
    validate::{Violation, validate},
};

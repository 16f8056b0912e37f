//! Two models compared, and what follows from one element of a model.
//!
//! [`Model::diff`](crate::Model::diff) says what was added, removed and changed; its board shows
//! all of it at once. [`Model::impact`](crate::Model::impact) says what a change of one element
//! would touch.

mod difference;
mod impact;
mod merge;
mod told;

pub use self::{
    difference::{Changed, Difference},
    impact::Impact,
};

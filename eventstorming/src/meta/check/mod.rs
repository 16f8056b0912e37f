//! Checks that run while the user's crate compiles.
//!
//! Each takes metadata and answers with what it found, if anything; [`stop_if`] turns that into
//! a compile error at the place that the macro points at. `format!` is not to be had in a
//! `const fn`, so the text is put together byte by byte.

mod apart;
mod called;
mod closed;
mod finding;
mod lists;
mod owners;
mod search;
mod sets;

pub(super) use self::apart::are_apart;
pub use self::{
    called::{Kind, Known, applied, each_applied, folded, reacts},
    closed::{closed_external_system, closed_policy, closed_process_manager, closed_projection},
    finding::Finding,
    lists::{Section, lists},
    owners::{distinct_names, handled_once},
    sets::{distinct_events, keyed_each, keyed_once, of_variant, only, takes_no_others},
};

/// Fails the build, where it is called, with what was found.
///
/// # Panics
/// If there is a finding. Generated code calls it in a `const`, where a panic is a compile error.
#[track_caller]
#[expect(
    clippy::panic,
    reason = "a panic in a `const` is how a library fails a build"
)]
pub const fn stop_if(found: Option<Finding>) {
    if let Some(finding) = found {
        panic!("{}", finding.as_str())
    }
}

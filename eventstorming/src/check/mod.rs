//! Checks: what is wrong, doubtful or odd about a model, with a stable code for each.
//!
//! [`Model::check`](crate::Model::check) runs them all. A finding that is meant to be so is
//! allowed where it is caused, with the reason, by a paragraph of the doc comment:
//!
//! ```text
//! /// The parcel is lost for good.
//! ///
//! /// Allow ES204: the insurer reads it straight from the log.
//! ```
//!
//! A check is a pure function of the model: it reads no source and no clock. Only
//! [`Report::text`] shows lines of source, and it is handed them.

mod allow;
mod code;
mod finding;
mod named;
mod report;
mod rules;
mod severity;

pub use self::{
    allow::Allow,
    code::{Code, UnknownCode},
    finding::{Finding, Step},
    named::TestNames,
    report::Report,
    severity::Severity,
};

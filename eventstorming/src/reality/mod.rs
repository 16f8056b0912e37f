//! What really happened, beside what is declared.
//!
//! [`Observations`] are what a log holds, gathered elsewhere by somebody who can read it.
//! [`Model::observed`](crate::Model::observed) compares them with a model: how often each element
//! happened and when last, what is in the log that the model does not know, what never happened,
//! and whether one thing led to another as it is declared. It is shown on the board
//! ([`Board::observed`](crate::Board::observed)) and told as a report.
//!
//! The same observations give the same answers: there is no clock here, and no log.

mod compare;
mod observations;
mod stray;
mod tally;
mod telling;

pub(crate) use self::telling::{day, grouped};
pub use self::{
    compare::{Reality, Sighting, Unknown},
    observations::{Observations, ObservationsError, Step},
    stray::Stray,
    tally::Tally,
};

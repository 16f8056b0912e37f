//! A conference: what is on, who may come, who pays, and who is there.
//!
//! The exercise is well known: seats are held while somebody pays, payments come late or never,
//! whoever is too late waits for what others give back. Here it is told in words and rules of our
//! own.
//!
//! Read it in this order: [`programme`] decides what is on, [`ticketing`] gives seats away,
//! [`payment`] takes the money, [`attendance`] lets people in.

pub mod attendance;
pub mod outside;
pub mod payment;
pub mod programme;
pub mod ticketing;

mod board;
mod people;

pub use self::{
    attendance::Attendance,
    board::board,
    payment::Payment,
    people::{Chair, Reviewer, Speaker, Usher, Visitor},
    programme::Programme,
    ticketing::Ticketing,
};

/// The bounded contexts of the conference, in the order in which it comes about.
pub type Conference = (Programme, Ticketing, Payment, Attendance);

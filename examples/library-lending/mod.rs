//! A public library with several branches: holds, loans, and how overdue books come back.
//!
//! The exercise is well known: a patron puts a copy of a book on hold, collects it at the desk and
//! brings it back; restricted copies and holds without an end are for researchers; whoever keeps
//! books too long may not ask for more. Here it is told in words and rules of our own.
//!
//! Read it in this order: [`catalogue`] says which copies there are, [`membership`] who may come,
//! [`lending`] decides about holds and loans, [`recovery`] gets back what is overdue.
//!
//! No command changes two aggregates. A hold is asked for at the patron's account, which knows the
//! patron's limits, and decided at the copy, which knows whether it is free; policies carry the
//! answer back.

pub mod catalogue;
pub mod lending;
pub mod membership;
pub mod outside;
pub mod recovery;

mod board;
mod people;

pub use self::{
    board::board,
    catalogue::Catalogue,
    lending::Lending,
    membership::Membership,
    people::{Cataloguer, Librarian, Reader},
    recovery::Recovery,
};

/// The bounded contexts of the library, in the order in which a book passes through them.
pub type Library = (Catalogue, Membership, Lending, Recovery);

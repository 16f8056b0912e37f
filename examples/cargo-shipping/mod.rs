//! A liner shipping company: cargo is booked, routed over voyages, handled in ports, cleared by
//! customs and claimed.
//!
//! The exercise is the best known of its field: a route specification that an itinerary must
//! satisfy, handling events that are reported from ports, and cargo that ends up where it should
//! not be. Here it is told in words and rules of our own.
//!
//! Read it in this order: [`voyages`] says which ships sail, [`booking`] promises to carry cargo
//! and watches over the promise, [`handling`] is what happens on the quay, [`customs`] lets cargo
//! into the country.

pub mod booking;
pub mod customs;
pub mod handling;
pub mod outside;
pub mod tale;
pub mod voyages;

mod board;
mod people;
mod port;

pub use self::{
    board::board,
    booking::Booking,
    customs::Customs,
    handling::Handling,
    people::{BookingClerk, CustomsBroker, Shipper, Stevedore, VoyagePlanner},
    port::Port,
    voyages::Voyages,
};

/// The bounded contexts of the company, in the order in which cargo passes through them.
pub type ShippingCompany = (Voyages, Booking, Handling, Customs);

//! Domains that show what Aether is for. Each folder is one domain, each file an aggregate.

pub mod calendar;

#[path = "cargo-shipping/mod.rs"]
pub mod cargo_shipping;
#[path = "conference-booking/mod.rs"]
pub mod conference_booking;
#[path = "library-lending/mod.rs"]
pub mod library_lending;
#[path = "order-fulfilment/mod.rs"]
pub mod order_fulfilment;

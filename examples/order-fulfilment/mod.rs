//! From order to delivery: a shop that takes orders, reserves goods, takes the money and gets the
//! parcel out of the door.
//!
//! Read it in the order of the business: [`ordering`], [`inventory`], [`payment`], [`shipping`].
//! In each folder, an aggregate's file holds its commands, its events, the reasons for which it
//! refuses, and its rules; `policies.rs` holds what happens by itself.
//!
//! The domain knows nothing of storage, of networks or of the day that [`day`] makes up for it.

pub mod day;
pub mod inventory;
pub mod ordering;
pub mod outside;
pub mod payment;
pub mod report;
pub mod shift;
pub mod shipping;

mod address;
mod board;
mod cents;
mod line;
mod people;

pub use self::{
    address::{Address, Country},
    board::board,
    cents::Cents,
    inventory::Inventory,
    line::Line,
    ordering::Ordering,
    payment::Payment,
    people::{Customer, Merchandiser, WarehouseClerk},
    shipping::Shipping,
};

/// The bounded contexts of the shop, in the order in which an order passes through them.
pub type Shop = (Ordering, Inventory, Payment, Shipping);

//! What customers have ordered, kept in SQLite: each order is counted once, whenever the program is
//! killed.
//!
//! `orders.rs` is the domain, `totals.rs` a projection that collects what is to be changed, and
//! `sqlite_totals.rs` writes that, with how far it is, in one transaction.

mod orders;
mod sqlite_totals;
mod totals;

pub use self::{
    orders::{Order, OrderPlaced, Ordering, PlaceOrder},
    sqlite_totals::{SqliteError, SqliteTotals},
    totals::{Placed, Totals},
};

//! An HTTP front over the shop of [`aether_examples::order_fulfilment`], with a page that follows
//! its orders.
//!
//! Read it in this order: [`shop`] opens the domain over a store, [`Service`] says which routes
//! there are, `orders` and `goods` turn requests into commands, `events` tells of what was stored,
//! `board` counts it, and [`Problem`] says what a failure is in HTTP.
//!
//! The domain knows nothing of any of this.

mod board;
mod body;
mod command;
mod events;
mod goods;
mod health;
pub mod metrics;
mod news;
mod orders;
mod page;
mod problem;
mod service;
pub mod shop;
mod trace;

pub use self::{problem::Problem, service::Service};

//! The runtime over a real in-memory store: commands, policies, projections, adapters, and what
//! happens to them when the store fails.

mod adapters;
mod commands;
mod followers;
mod lifecycle;
mod shop;
mod unreliable_store;

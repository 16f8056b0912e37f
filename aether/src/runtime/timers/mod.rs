//! Carries out commands at their time: those that commits set timers for, and those that
//! policies ask for later.
//!
//! One task and one pass over the log serve all of aggregates and policies, and one those of a
//! process manager. Each has a [`Keeper`]: its own ledger,
//! status and troubles, so that one that is stuck holds up no other.

mod gate;
mod keeper;
mod source;
mod task;

pub(super) use self::{
    gate::Gate,
    keeper::{Keeper, failed},
    source::{OfAggregate, OfPolicy, Source, timer_change},
    task::Task,
};

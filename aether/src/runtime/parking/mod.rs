//! What followers cannot get past is set aside, key by key, so that all else goes on.
//!
//! A commit that a policy, a process manager, an outbox or an adapter cannot handle is *parked*
//! with the reason, under the actor whose commit it is. Later commits of that actor wait behind
//! it, so that the order of each actor is kept; those of all others go on. What may pass is tried
//! again by itself, with longer and longer pauses; what will fail each time, or has failed too
//! often, waits for an order: to retry it, or to discard it.
//!
//! What is parked is kept in the store, in one value with how far the follower has come, so that
//! neither can be lost without the other. Orders are kept beside it, so that another process can
//! give them: [`parked`], [`retry`] and [`discard`] need the store alone.
//!
//! A projection parks nothing: what it makes of the log may depend on the order of all of it, so
//! it stands still before what it cannot read.

mod access;
mod lot;
mod orders;
mod policy;

pub(super) use self::{
    access::announce,
    lot::{Failed, Lot},
    orders::Orders,
};
pub use self::{
    access::{Parked, discard, followers, parked, retry},
    policy::Parking,
};

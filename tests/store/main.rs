//! What stores promise, on every store there is; and what a store on a network owes beyond that.

mod conformance;
mod faults;
mod fixture;
mod misfits;
mod races;

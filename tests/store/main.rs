//! What stores promise, on every store there is.

mod conformance;
mod embedded;
mod fixture;

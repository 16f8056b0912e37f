//! What the tests of the whole share.

pub mod crash;
pub mod harness;

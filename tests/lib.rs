//! What the tests of the whole share.

pub mod crash;
pub mod harness;
pub mod spans;

/// The code in the README compiles and does what it says.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

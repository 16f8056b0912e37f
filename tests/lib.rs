//! Tests that need more than one crate; see the folders beside this file.

/// The code in the README compiles and does what it says.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

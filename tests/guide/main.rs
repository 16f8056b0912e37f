//! The guide in `docs/guide`: its code, which is compiled and run here, and its pages, whose code
//! is this code.
//!
//! Each chapter has a file with what it shows. The domain, a city's hire bikes, is one for all.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a helper of a test fails the test, and says what is wrong"
)]
#![expect(
    unreachable_pub,
    reason = "it is shown as it stands in a crate of its own"
)]

mod bike;
mod billing;
mod card_processor;
mod checks;
mod clustered;
mod evolution;
mod first;
mod forgetting;
mod forms;
mod free_bikes;
mod kept;
mod lost_bikes;
mod pages;
mod properties;
mod reference;
mod running;
mod simulated;
mod snapshots;
mod specification;
mod whole;

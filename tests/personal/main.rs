//! Personal data: encrypted where it is kept, forgotten when that is asked for.

#![cfg_attr(
    test,
    expect(
        clippy::future_not_send,
        reason = "a test is one task, and what it holds may stay with it"
    )
)]

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod believing;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod customers;
#[cfg(test)]
mod files;
#[cfg(test)]
mod forgetting;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod running;
#[cfg(test)]
mod world;

//! What buses promise, in one process, over one server and over three; and a store that tells a
//! bus what it stores.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod apart;
mod broadcasting;
mod conformance;
mod fixture;
mod reconnecting;

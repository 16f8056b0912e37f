//! The runtime over a real in-memory store: commands, policies, projections, adapters, and what
//! happens to them when the store fails.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![expect(clippy::disallowed_methods, reason = "tests race tasks of their own")]
#![expect(
    clippy::empty_structs_with_brackets,
    reason = "handlers and folds of a small domain"
)]
#![expect(clippy::float_cmp, reason = "what is counted is a whole number")]

mod actors;
mod adapters;
mod books;
mod breaking;
mod causes;
mod cluster_meters;
mod commands;
mod followers;
mod health;
mod lifecycle;
mod meters;
mod metrics;
mod parking;
mod processes;
mod processes_killed;
mod projections;
mod projections_killed;
mod prometheus;
mod retries;
mod sessions;
mod sessions_killed;
mod shop;
mod snapshot_schemas;
mod snapshots;
mod snapshots_killed;
mod timers;
mod traces;
mod unreliable_store;
mod watched_store;

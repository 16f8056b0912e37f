//! Subscriptions over every store: what they give and keep, workers that share the work, and
//! workers that fail, freeze and die.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::disallowed_methods, reason = "tests race tasks of their own")]

mod handling;
mod killed;
mod sharing;
mod stores;

//! Keys in NATS, in a bucket of the form of its key-value store, apart from the events.
//!
//! | Key | Holds |
//! |---|---|
//! | `key.<subject>` | the keys of a subject, as JSON; or that it is forgotten |
//! | `gone.<subject>` | a subject that is forgotten, and settled |
//! | `todo.<subject>` | a subject that is being forgotten |
//!
//! Subjects are percent-encoded, with `=` in the place of `%`. Any client of the key-value store
//! reads the bucket. It differs from one that such a client makes in that single messages may be
//! deleted from it: that is how a server overwrites the bytes of a key that is destroyed. What is
//! read is read from the leader, so that a key that was destroyed is not found on a replica that is
//! behind.
//!
//! Servers keep what they were told in memory and logs as well, and a bucket is in their backups:
//! [wrap](crate::personal::WrappedKeys) the keys where those who run the servers are not to have
//! them.

mod bucket;
mod names;
mod record;
mod store;

pub use self::store::{NatsKeyOptions, NatsKeyStore};

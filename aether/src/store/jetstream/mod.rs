//! Events kept in NATS `JetStream`.
//!
//! A namespace is one stream, an actor one subject in it, a commit one message. What makes the
//! store keep its promises:
//!
//! - *Every append is guarded*, the first included: a message says which message of its subject
//!   must be the last, and the stream's leader refuses it if that is not so.
//! - *Every answer is looked into.* 'Wrong last sequence' may mean that someone else wrote, or
//!   that an earlier try of ours did; an answer that never came may mean either. The leader is
//!   asked, and the commit's id decides.
//! - *What is read is counted.* Messages, versions and positions must follow each other; a gap
//!   is an error, never a shorter history.
//!
//! # Consistency
//! Appends are linearizable for each actor: the leader checks. Reads of an actor may be answered
//! by any replica, and so may trail the writes of others by the lag of replication; they never
//! trail what this store, or a clone of it, has itself stored, read or been told of, as long as
//! the actor is among those it remembers ([`JetStreamOptions::remembered_actors`]): what is
//! behind is fetched from the leader. [`EventStore::head`](crate::EventStore::head) is the
//! leader's word.
//!
//! `names`, `answer` and `version` are pure. Nothing here knows of domain types.

mod answer;
mod append;
mod checkpoints;
mod fitness;
mod follow;
mod leader;
mod letter;
mod memo;
mod names;
mod open;
mod options;
mod page;
mod patience;
mod replica;
mod server_version;
mod store;
mod stored;

pub use self::{
    options::{JetStreamOptions, Storage},
    store::JetStreamEventStore,
};

//! Events kept in NATS `JetStream`.
//!
//! A namespace is one stream, an actor one subject in it, a commit one message. What is derived
//! from the log, which are checkpoints, states and snapshots, lies in a stream beside it, of which
//! each subject keeps one message. What makes the store keep its promises:
//!
//! - *Every append is guarded*, the first included: a message says which message of its subject
//!   must be the last, and the stream's leader refuses it if that is not so.
//! - *Every answer is looked into.* 'Wrong last sequence' may mean that someone else wrote, or
//!   that an earlier try of ours did; an answer that never came may mean either. The leader is
//!   asked, and the commit's id decides.
//! - *A transaction is an atomic batch.* Each of its messages is guarded; an actor that is only
//!   read is guarded by a message without a commit, on a subject that no actor has, which readers
//!   pass over. Such messages come first in their batch, so that the log never ends with one.
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

mod abilities;
mod answer;
mod append;
mod checkpoints;
mod delivery;
mod fitness;
mod flow;
mod follow;
mod history;
mod leader;
mod letter;
mod memo;
mod names;
mod open;
mod options;
mod page;
mod patience;
mod post;
mod replica;
mod replies;
mod server_version;
mod snapshots;
mod standing;
mod state;
mod store;
mod stored;

pub use self::{
    options::{JetStreamOptions, Storage},
    store::JetStreamEventStore,
};

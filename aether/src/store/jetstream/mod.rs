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
//! # Settings
//! The stream of a namespace is made when it is first opened, and looked at whenever it is
//! opened. What is not as the store would have made it is either refused, or
//! [reported](JetStreamEventStore::drift):
//!
//! | Setting of the stream | If it is | The store |
//! |---|---|---|
//! | `subjects` | not the namespace's alone | is not opened |
//! | `retention` | `workqueue` or `interest` | is not opened |
//! | `max_age`, `max_msgs_per_subject` | bounded | is not opened |
//! | `max_bytes`, `max_msgs` | bounded, with `discard: old` | is not opened |
//! | `first_seq` | above 1 | is not opened |
//! | `mirror`, `sources`, `subject_transform` | there | is not opened |
//! | `allow_direct` | false | is not opened |
//! | `no_ack`, `sealed`, `allow_msg_counter` | true | is not opened |
//! | `consumer_limits.inactive_threshold` | under a minute | is not opened |
//! | `consumer_limits.max_ack_pending` | under 16,384 | is not opened |
//! | `storage` | `memory`, where `file` was asked for | needs [`Risk::MemoryStorage`] |
//! | `num_replicas` | less than was asked for | needs [`Risk::FewerReplicas`] |
//! | `persist_mode` | `async` | needs [`Risk::AsyncPersistence`] |
//! | `deny_delete` | false | needs [`Risk::Deletion`] |
//! | `deny_purge` | false | needs [`Risk::Purge`] |
//! | `allow_rollup_hdrs` | true | needs [`Risk::Rollup`] |
//! | `allow_msg_ttl` | true | needs [`Risk::MessageTtl`] |
//! | `max_bytes`, `max_msgs` | bounded, with `discard: new` | reports it: it may become full |
//! | `max_msg_size` | bounded | reports it, and says so in its capabilities |
//! | `max_consumers` | bounded | reports it: who follows the log needs one |
//! | `allow_atomic` | false | reports it: it has no transactions |
//! | `duplicate_window` | not 2 minutes | reports it: the store looks for itself |
//! | `discard` of what is not bounded, `compression`, `republish`, `placement`, all else | | does not mind |
//!
//! What was accepted by name is reported as well. A server older than 2.11 is refused.
//!
//! # What an acknowledgement means
//! [`Capabilities::durability`](crate::Capabilities) says what the stream's storage and replicas
//! warrant. How often a server syncs its disk (`sync_interval`, two minutes unless it is set) is
//! not for its clients to ask, so it is taken for the worst; whoever runs servers with
//! `sync_interval: always` may [say so](JetStreamOptions::synced_always).
//!
//! `names`, `answer` and `version` are pure. Nothing here knows of domain types.

mod abilities;
mod answer;
mod append;
mod backwards;
mod block;
mod checkpoints;
mod delivery;
mod denials;
mod drift;
mod fitness;
mod flow;
mod follow;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzz;
mod history;
mod leader;
mod letter;
mod listing;
mod memo;
mod moment;
mod names;
mod open;
mod options;
mod page;
mod patience;
mod post;
mod readings;
mod replica;
mod replies;
mod risk;
mod scan;
mod server_version;
mod snapshots;
mod standing;
mod state;
mod store;
mod stored;

pub use self::{
    drift::Drift,
    options::{JetStreamOptions, Storage},
    risk::Risk,
    store::JetStreamEventStore,
};
pub(crate) use self::{names::push as push_token, open::dial};

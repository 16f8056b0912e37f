//! A cluster over NATS: nodes that find each other, share the actors among them and take over
//! from one another, and clients that ask the actors.
//!
//! [`ClusterOptions`] join a cluster as a node ([`ClusterManager`]) or ask it from outside
//! ([`ClusterClient`]). What a node decides, [`ClusterNode`](super::ClusterNode) decides; here is
//! what it takes to tell it what happens and to do what it says. What the actors are is for a
//! [`ShardHandler`] to say.
//!
//! # What is where
//!
//! | Subject, for a cluster `c` | |
//! |---|---|
//! | `ae.c.hb` | heartbeats of the nodes |
//! | `ae.c.lost` | who could not be reached, told by whoever noticed |
//! | `ae.c.released` | shards that their owners have done with |
//! | `ae.c.left` | who has left |
//! | `ae.c.n.<node>.<incarnation>.ask`, `.ping`, `.dismiss`, `.order`, `.instruct` | what is for one process |
//! | `ae.c.kv.<key>` | what was written to the bucket, told by the servers |
//!
//! | Key of the bucket `AE_c` | |
//! |---|---|
//! | `leader` | the lease of the leader |
//! | `map` | the shard table |
//! | `node.<node>` | the last process of a node; the revision of the write is its incarnation |
//!
//! Who is there shows in heartbeats, and in that the servers say at once if nobody answers for a
//! subject; nothing of that rides on the bucket. The bucket is read through the leader of its
//! stream and written by compare-and-swap. Its notices may be lost: nodes and clients read the table
//! anew when they have a new connection, when someone tells them of a later one, and every two
//! seconds.
//!
//! A node needs the permission to publish and subscribe to `ae.c.>` and its inbox, and to publish to
//! `$KV.AE_c.>`, `$JS.API.STREAM.INFO.KV_AE_c`, `$JS.API.STREAM.CREATE.KV_AE_c` and
//! `$JS.API.STREAM.MSG.GET.KV_AE_c`. A [`ClusterObserver`] that only looks publishes to its last and
//! first two of these, and one that gives orders to `ae.c.n.*.*.order` as well.

#[cfg(feature = "runtime")]
mod actors;
mod ask_error;
mod bucket;
mod client;
mod control;
mod driver;
mod error;
mod events;
mod follower;
mod frame;
mod handler;
mod letter;
mod link;
mod manager;
mod messages;
mod names;
mod observer;
mod options;
mod orders;

pub use self::{
    ask_error::AskError,
    client::ClusterClient,
    error::{ClusterError, ClusterErrorKind},
    events::ClusterEvents,
    handler::{AskReply, BegunShard, ReceivedAsk, ShardHandler},
    manager::{ClusterManager, ClusterStatus},
    observer::{ClusterObserver, ClusterView, ObservedNode},
    options::ClusterOptions,
    orders::{OrderError, OrderTaken},
};

//! NATS servers in this process: for what is built on NATS itself, and is to be run under a seed.
//!
//! A domain that is simulated needs none of this: [`Server`](super::Server) is what its nodes share.
//!
//! - [`NatsServers`] are the servers as a value: told what happens and when, they say what follows.
//! - [`NatsDouble`] runs them, in a test or a simulation, and has things befall them.
//! - [`NatsConnection`] is a client.
//!
//! # What they do
//! - *Core NATS*: subjects with `*` and `>`, queue groups, requests, and `503` at once if nobody is
//!   there. A connection keeps the order of what it carries.
//! - *Streams*, asked under `$JS.API` in the server's JSON: `STREAM.CREATE`, `INFO`, `DELETE`,
//!   `MSG.GET`, `LEADER.STEPDOWN` and `DIRECT.GET`; with `max_msgs_per_subject`,
//!   `duplicate_window`, `allow_direct`, `allow_atomic`, `republish` and `num_replicas`. A setting
//!   that would change what a stream does and is not done here is refused.
//! - *Guarded writes*: the last sequence of the subject, or of the stream, that a message expects
//!   (10071; 10164 while another write on the subject is on its way to the replicas), the name of
//!   the stream (10060), the last message id (10070), the ids of messages (a duplicate is
//!   acknowledged as such), and atomic batches (10174, 10175, 10176, 10199, 10201).
//! - A *key-value bucket* is such a stream: keys are created, updated by revision and deleted by
//!   guarded writes, read through the leader or directly, and told by `republish`.
//! - *Servers* die, come back, stand still and go on. A stream whose leader is gone has none for
//!   four to nine seconds; what it had accepted and not acknowledged may be stored or not.
//!
//! # Why they are believed
//! The cases of `conformance` (feature `testing`) run on them and on real servers, one and three.
//! What cannot be done to a real server at will has no case, and is as it was seen or read:
//! - a direct read that is [behind](NatsFaults::stale);
//! - that [notices](LineMishap::Blind) of a stream are lost while a connection lives;
//! - an [answer](NatsFaults::lost_acks) that is lost while later ones arrive: in the case, the
//!   connection says nothing more and is cut;
//! - what is on its way to a subscription that is closed, which is given here: a client of real
//!   servers may have forgotten the subscription by then;
//! - what becomes of a write that a leader had accepted and not acknowledged when it died.
//!
//! # What they do not do
//! Consumers, and so the watch of a key-value bucket; mirrors, sources, limits by age and size,
//! rollups, counters, schedules; accounts and permissions; leaf nodes and gateways. That a server
//! learns of the subscriptions at another one takes no time, and a leader that was frozen does not
//! answer from what it knew before.

#[cfg(feature = "testing")]
pub mod conformance;
mod connection;
mod double;
mod faults;
mod message;
mod servers;
mod subject;

pub use self::{
    connection::{NatsConnection, NatsInbox, RequestFailure},
    double::NatsDouble,
    faults::NatsFaults,
    message::NatsMessage,
    servers::{LineId, LineMishap, NatsInput, NatsOutput, NatsServers, ServerMishap},
};

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
//! | `ae.c.n.<node>.<incarnation>.ask`, `.ping`, `.warm`, `.dismiss`, `.order`, `.instruct` | what is for one process |
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
//! anew when they have a new connection, when someone tells them of a later one, when nobody is where
//! theirs sends them, and every two seconds.
//!
//! # What a frozen node cannot do
//!
//! A node that is frozen, or cut off, loses its shards without knowing it. When it thaws, it goes on
//! with what it had begun, and with what lies in its connection's buffer; its clients have long sent
//! the same commands to its successor. What keeps each of them to one effect:
//!
//! - If the successor has stored events for the command, the store refuses those of the frozen node,
//!   for the actor is at another version; reading what came in between, the node finds the command
//!   there. If the frozen node was first, the same happens to the successor.
//! - If the successor has *refused* the command, or it gave no event, nothing of that is in the
//!   history. The frozen node may have decided otherwise: earlier, when it was not too late, or by
//!   another version of the program; or it would decide anew, on what the successor has stored for
//!   others since. So a command could take effect after its sender was told that it has none.
//!   Versions alone do not prevent that.
//!
//! A *fence* does. A runtime that decides for an actor for the first time since its shard was taken
//! from another node stores since which epoch it has the shard: with the events of the command, as
//! the attribute `aetherfence`, which costs nothing; or, if there are none, as a commit of its own,
//! an event of the type `aether.fenced`, before it answers. From then on the former node is refused
//! whatever it writes; and as it reads the actor anew, it finds the fence, decides no more, and says
//! that the actor has moved. A shard that was handed over needs none: its owner has released it
//! when nothing was under way any more, its own commands included.
//!
//! A fence counts as an event in the actor's version, and nothing is folded from it. It names the
//! cluster and when its bucket was made: should that be lost, epochs begin anew, and those before
//! say nothing.
//!
//! What is refused, or gives no event, is decided on a state that was read after the command came;
//! so a frozen node does not refuse by what was so before.
//!
//! # How a shard changes hands
//!
//! The table says which shard is to move. Its owner begins nothing more for it, finishes what it has
//! begun, and holds what comes. Then it tells the next one what that may want to know
//! ([`ShardHandler::hand_over`]; of a runtime, which actors were in use, and the states of those that
//! are kept in snapshots, 16 KiB of them for each shard: so they are made ready while the table is
//! written, by one question to the store each) and the leader that it has done; and it sends on in order what it has held
//! once the table names the next one. A node that has left answers for 200 ms more that its shards
//! have moved: a server that has not heard yet that it is gone loses what is sent to it.
//!
//! # What comes more than once
//!
//! A client that hears nothing asks again, and what it has asked first may come after that. What was
//! stored is found by its mark, or in the history. What was *refused*, or gave no event, stands
//! nowhere: the node that said so remembers it for a minute, if it is one of the last 4,096 commands
//! whose outcome it remembers, so that it takes no effect later. That is not known to a node that
//! gets the shard within that time, in an orderly way, together with the command that is late.
//!
//! Nor does a server refuse what a node says without storing anything. So before a node says that a
//! command was refused, or gave no event, it asks the bucket whether there is a later table than its
//! own: one that was frozen may have lost the shard to another, which has stored the command, or is
//! about to. It is one short question, for all commands that have come by then. If there is such a
//! table, the node goes by it first; if nobody answers, it says nothing, and the command is sent
//! again to whoever has the shard.
//!
//! # Permissions
//!
//! A node needs the permission to publish and subscribe to `ae.c.>` and its inbox, and to publish to
//! `$KV.AE_c.>`, `$JS.API.STREAM.INFO.KV_AE_c`, `$JS.API.STREAM.CREATE.KV_AE_c` and
//! `$JS.API.STREAM.MSG.GET.KV_AE_c`. A [`ClusterObserver`] that only looks publishes to its last and
//! first two of these, and one that gives orders to `ae.c.n.*.*.order` as well.
//!
//! If nobody answers for a node that was alone on its server, the leader connects to the addresses
//! of the servers that it knows, and to those that these tell their clients now, only to see whether
//! that server says who it is. Where that cannot be, or a server says nothing before it has a TLS
//! connection, it takes until the node has been silent for too long.

#[cfg(feature = "runtime")]
mod actors;
mod ask_error;
mod bucket;
mod bundle;
mod client;
mod confirming;
mod control;
mod desk;
mod door;
#[cfg(feature = "simulation")]
mod doubled;
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
mod meters;
mod names;
mod observer;
mod options;
mod orders;
mod peers;
#[cfg(feature = "runtime")]
mod recent;
mod release;
mod servers;
mod tasks;
mod tenures;
mod wire;

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

#[cfg(test)]
#[cfg(feature = "simulation")]
mod tests;

//! What a cluster decides with: who is there, who leads, and which node has which shard.
//!
//! Each part is a value that is told what happened and when, and says what follows. None of them
//! waits, draws lots or talks to anyone, so a test sets the time and plays the network.
//!
//! - [`ConsistentHashRing`] spreads keys over nodes without a table.
//! - [`ShardCount`] says in which [`Shard`] an actor is; [`ShardTable`] says which node has it, and
//!   [`Plan`] what has to change when nodes come and go: no more than that.
//! - [`LeaderElection`] lets one node at a time write the table, and gives it a [`FencingToken`] so
//!   that one which was paused cannot write any more.
//! - [`Balancer`] is what the leader does with the table: it gives away what the dead leave, and has
//!   shards move that are to move.
//! - [`ShardHost`] is what a node does with its shards while the table changes: it drains one, holds
//!   what comes for it, releases it, and sends on in order what it has held.
//! - [`Membership`] tells which nodes are there, from their heartbeats and from what became of
//!   requests to them.
//! - [`ClusterNode`] is one process with all of these.
//!
//! Each is usable alone. With the feature `nats`, `cluster::nats` runs them.

mod balancer;
#[cfg(test)]
mod chance;
mod cluster_node;
mod election;
#[cfg(test)]
mod handover;
mod hash;
mod host;
mod leb128;
mod membership;
mod monotonic;
#[cfg(feature = "nats")]
pub mod nats;
mod node;
mod plan;
mod ring;
mod shard;
mod table;

pub use self::{
    balancer::{BalanceTiming, Balancer, BalancerInput, BalancerOutput},
    cluster_node::{
        ClusterEvent, ClusterNode, ClusterOrder, NodeInput, NodeOutput, NodeSettings, OrderOutcome,
        ReleasedShard, StoredTable,
    },
    election::{
        ElectionInput, ElectionOutput, InvalidLeaseTiming, LeaderElection, LeaderKey, LeaderRecord,
        LeaseTiming,
    },
    host::{HostInput, HostLimits, HostOutput, Refusal, ShardHost, Tenure},
    membership::{
        DeathCause, FailureDetector, FixedTimeout, Heartbeat, Membership, MembershipInput,
        MembershipOutput, MembershipTiming, PingAnswer,
    },
    monotonic::Monotonic,
    node::{Incarnation, InvalidNodeId, NodeId, NodeProcess},
    plan::{Availability, Candidate, Move, Plan},
    ring::ConsistentHashRing,
    shard::{InvalidShardCount, Shard, ShardCount},
    table::{Epoch, FencingToken, InvalidChange, InvalidShardTable, ShardTable, TableChange},
};

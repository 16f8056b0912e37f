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
//! - [`Membership`] tells which nodes are there, from their heartbeats and from what became of
//!   requests to them.
//!
//! Each is usable alone.

#[cfg(test)]
mod chance;
mod election;
mod hash;
mod membership;
mod monotonic;
mod node;
mod plan;
mod ring;
mod shard;
mod table;

pub use self::{
    election::{
        ElectionInput, ElectionOutput, InvalidLeaseTiming, LeaderElection, LeaderKey, LeaderRecord,
        LeaseTiming,
    },
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

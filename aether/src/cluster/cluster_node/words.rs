use std::{num::NonZeroU32, sync::Arc, time::Duration};

use super::orders::{ClusterOrder, OrderOutcome};
use crate::cluster::{
    Availability, BalanceTiming, DeathCause, ElectionInput, Epoch, FixedTimeout, Heartbeat,
    HostLimits, LeaderRecord, LeaseTiming, MembershipTiming, NodeProcess, PingAnswer, Refusal,
    Shard, ShardCount, ShardTable, Tenure,
};

/// What a node is, and how long its steps take.
#[derive(Debug, Clone)]
pub struct NodeSettings {
    /// The version of the program.
    pub version: Arc<str>,
    /// Its share of the shards, in proportion to those of the others.
    pub weight: NonZeroU32,
    /// How many shards the cluster has if this node is the first that ever leads it; else it has as
    /// many as its table says.
    pub shards: ShardCount,
    /// Who is there.
    pub membership: MembershipTiming,
    /// For how long a process may be silent.
    pub silence: Duration,
    /// Who leads.
    pub lease: LeaseTiming,
    /// What moves when.
    pub balance: BalanceTiming,
    /// What is kept for others.
    pub host: HostLimits,
    /// How often the table is read, in case that a notice was missed.
    pub look: Duration,
}

impl Default for NodeSettings {
    /// A share of one, 4,096 shards, a second of silence, a look every two seconds, and the
    /// defaults of each part.
    fn default() -> Self {
        Self {
            version: Arc::from(""),
            weight: NonZeroU32::MIN,
            shards: ShardCount::default(),
            membership: MembershipTiming::default(),
            silence: Duration::from_secs(1),
            lease: LeaseTiming::default(),
            balance: BalanceTiming::default(),
            host: HostLimits::default(),
            look: Duration::from_secs(2),
        }
    }
}

impl NodeSettings {
    pub(super) fn detector(&self) -> FixedTimeout {
        FixedTimeout::new(self.silence)
    }
}

/// A shard table, and the revision by which the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTable {
    /// The revision of the write.
    pub revision: u64,
    /// What was written.
    pub table: ShardTable,
}

/// A shard that its owner has done with: see [`HostOutput::Release`](crate::cluster::HostOutput).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedShard {
    /// Which shard.
    pub shard: Shard,
    /// Who had it.
    pub from: NodeProcess,
    /// Who is to have it.
    pub to: NodeProcess,
    /// The epoch of the table that asked for it.
    pub epoch: Epoch,
}

/// What happens to a node. `M` is a message to an actor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeInput<M> {
    /// Time passes.
    Tick,
    /// The node is connected to this messaging server.
    Connected(Arc<str>),
    /// The node's connection is gone.
    Disconnected,
    /// A heartbeat came, be it the node's own.
    Heard(Heartbeat),
    /// A request of someone's to the process found no responders.
    Unreachable(NodeProcess),
    /// A request of someone's to the process was not answered in time.
    Unanswered(NodeProcess),
    /// The answer to [`NodeOutput::Ping`].
    Pinged {
        /// The number of the ping.
        ping: u64,
        /// What became of it.
        answer: PingAnswer,
    },
    /// The server of [`NodeOutput::AskServer`] has answered.
    ServerAnswered {
        /// The number of the question.
        question: u64,
    },
    /// The process said that it is leaving, and has.
    Left(NodeProcess),
    /// The others take this process for dead.
    Dismissed,
    /// An answer to a request of the election's, or a notice of what its key holds.
    Election(ElectionInput),
    /// The answer to [`NodeOutput::ReadTable`]; nothing, if none was ever written.
    TableRead(Option<StoredTable>),
    /// There is no answer to [`NodeOutput::ReadTable`].
    TableUnread,
    /// Someone knows that there is a later table.
    Look,
    /// A notice of what was written.
    TableHeard(StoredTable),
    /// The table of [`NodeOutput::WriteTable`] is stored.
    TableWritten {
        /// Which of the writes.
        request: u64,
        /// The revision that it has.
        revision: u64,
    },
    /// It is not, or not known to be.
    TableUnwritten {
        /// Which of the writes.
        request: u64,
    },
    /// Nodes have done with shards.
    Released(Vec<ReleasedShard>),
    /// A message came.
    Arrived {
        /// The shard of its actor.
        shard: Shard,
        /// The epoch of the table by which it was sent here.
        epoch: Epoch,
        /// The message.
        message: M,
        /// How many bytes it has.
        size: usize,
    },
    /// A message that was [dispatched](NodeOutput::Dispatch) has taken its effect, or has failed.
    Finished {
        /// The shard of its actor.
        shard: Shard,
        /// As it was dispatched.
        tenure: Tenure,
    },
    /// The node is to offer itself like this from now on: to take its share, to keep what it has, or
    /// to give it away. A node that is leaving goes on to leave.
    Instructed(Availability),
    /// Someone who operates the cluster wants something of its leader.
    Ordered {
        /// To be named in the answer.
        number: u64,
        /// What is wanted.
        order: ClusterOrder,
    },
    /// The node is to give its shards away, then the lease, and is gone then.
    Leave,
    /// The node is to leave, whatever it still has.
    LeaveNow,
}

/// What follows for a node.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeOutput<M> {
    /// Tell all nodes, this one too.
    Beat(Heartbeat),
    /// Ping the process, and tell what becomes of it.
    Ping {
        /// To be named in the answer.
        ping: u64,
        /// Whom to ping.
        process: NodeProcess,
    },
    /// Ask the messaging server itself whether it lives, and tell if it does.
    AskServer {
        /// To be named in the answer.
        question: u64,
        /// Which server.
        server: Arc<str>,
    },
    /// Tell the process, which lives, that it is taken for dead.
    Dismiss(NodeProcess),
    /// See [`ElectionOutput::Read`](crate::cluster::ElectionOutput::Read).
    ReadLeader {
        /// To be named in the answer.
        request: u64,
    },
    /// See [`ElectionOutput::Write`](crate::cluster::ElectionOutput::Write).
    WriteLeader {
        /// To be named in the answer.
        request: u64,
        /// The revision that the key must have; 0 if it must never have been written.
        expected: u64,
        /// What to write; to remove it, if nothing.
        record: Option<LeaderRecord>,
    },
    /// Ask the store for the table. The answer must not be older than the question. There is one
    /// such question at a time, and it has to be answered, be it that there is no answer.
    ReadTable,
    /// Store the table, if what is stored still has the expected revision. A leader makes one such
    /// write at a time; one of an earlier term may still be under way.
    WriteTable {
        /// To be named in the answer.
        request: u64,
        /// The revision that it must have; 0 if there must never have been one.
        expected: u64,
        /// What to write.
        table: ShardTable,
    },
    /// Tell all nodes that this one has done with these shards.
    Release(Vec<ReleasedShard>),
    /// This is the table from now on.
    Table(ShardTable),
    /// The node has the shard: see [`HostOutput::Begin`](crate::cluster::HostOutput::Begin).
    Begin {
        /// Which shard.
        shard: Shard,
        /// The epoch since which the node has it.
        since: Epoch,
        /// The epoch in which it was last taken from a node that may not know it.
        seized: Epoch,
    },
    /// The node has the shard no more, or not for now. What it keeps of its actors is void.
    End(Shard),
    /// The shard is going to come here.
    Warm(Shard),
    /// Let the actor have the message, and say when it is [finished](NodeInput::Finished).
    Dispatch {
        /// The shard of the actor.
        shard: Shard,
        /// To be named when it is finished.
        tenure: Tenure,
        /// The message.
        message: M,
    },
    /// Send the message on, in this order, to the node that has its shard now.
    Forward {
        /// The shard of its actor.
        shard: Shard,
        /// Who has it.
        to: NodeProcess,
        /// The message.
        message: M,
    },
    /// Give the message back.
    Refuse {
        /// The message.
        message: M,
        /// Why.
        refusal: Refusal,
    },
    /// Tell the process how it is to [offer itself](NodeInput::Instructed).
    Instruct {
        /// Which process, be it this one.
        process: NodeProcess,
        /// What it is to do.
        availability: Availability,
    },
    /// This became of an [order](NodeInput::Ordered).
    Answer {
        /// The number of the order.
        number: u64,
        /// What became of it.
        outcome: OrderOutcome,
    },
    /// Something that whoever watches the cluster may want to know.
    Event(ClusterEvent),
    /// This process is not a node any more, for it was [dismissed](NodeInput::Dismissed): come back
    /// as a later incarnation.
    Expelled,
    /// The node has left: tell the others.
    Gone,
}

/// What happened in a cluster, as one node sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClusterEvent {
    /// The process is a member from now on.
    Joined(NodeProcess),
    /// There is a doubt whether the process lives.
    Suspected(NodeProcess),
    /// The process lives after all.
    Trusted(NodeProcess),
    /// The process is taken for dead.
    Died(NodeProcess, DeathCause),
    /// The process left.
    Left(NodeProcess),
    /// This process leads, or nobody does, as far as is known.
    Leader(Option<NodeProcess>),
    /// This process led, and does not any more.
    SteppedDown,
    /// There is another shard table.
    Table(Epoch),
    /// This node serves these shards from now on.
    Began(Vec<Shard>),
    /// This node has finished what it had begun in these shards, which go to others.
    Released(Vec<Shard>),
    /// These shards were given to others, who did not wait for their release.
    Lost(Vec<Shard>),
    /// This node takes its share from now on, or keeps what it has, or gives it away.
    Instructed(Availability),
    /// This node has given all its shards away, or there is nobody to take them.
    Drained,
    /// This process was taken for dead, and has come back as a later incarnation.
    Returned(NodeProcess),
    /// Whoever listens was too slow, and has missed so many events.
    Missed(u64),
}

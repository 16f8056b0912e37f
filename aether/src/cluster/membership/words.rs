use std::{num::NonZeroU32, sync::Arc, time::Duration};

use crate::cluster::{Availability, Epoch, NodeProcess};

/// What a process says of itself, several times a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// Who says it.
    pub process: NodeProcess,
    /// The messaging server that it is connected to.
    pub server: Arc<str>,
    /// The version of the program.
    pub version: Arc<str>,
    /// How much it has to do, in units of the program's own.
    pub load: u64,
    /// Its share of the shards, in proportion to those of the others.
    pub weight: NonZeroU32,
    /// What may be done with it.
    pub availability: Availability,
    /// The shard table that it goes by.
    pub epoch: Epoch,
}

/// How long the steps of a membership take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MembershipTiming {
    /// How often a process sends a heartbeat.
    pub heartbeat: Duration,
    /// How long the answer to a ping is waited for.
    pub ping: Duration,
    /// How long the clients of a server that has gone have to connect to another.
    pub reconnect_grace: Duration,
    /// For how long it is remembered that a process is gone.
    pub remember: Duration,
}

impl Default for MembershipTiming {
    /// A heartbeat every 250 ms, 150 ms for a ping and for a new connection, ten minutes of memory.
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_millis(250),
            ping: Duration::from_millis(150),
            reconnect_grace: Duration::from_millis(150),
            remember: Duration::from_mins(10),
        }
    }
}

/// What became of a ping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PingAnswer {
    /// The process answered, connected to this server.
    Alive(Arc<str>),
    /// The messaging servers know of nobody who would answer.
    NoResponders,
}

/// What happens to a membership.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MembershipInput {
    /// Time passes.
    Tick,
    /// A heartbeat came.
    Heard(Heartbeat),
    /// A request to the process, of this node or another, found no responders.
    NoResponders(NodeProcess),
    /// A request to the process, of this node or another, was not answered in time.
    TimedOut(NodeProcess),
    /// The answer to [`MembershipOutput::Ping`].
    Answered {
        /// The number of the ping.
        ping: u64,
        /// What became of it.
        answer: PingAnswer,
    },
    /// The messaging server of [`MembershipOutput::AskServer`] has answered.
    ServerAnswered {
        /// The number of the question.
        question: u64,
    },
    /// The process said that it is leaving, and has.
    Leaves(NodeProcess),
    /// The leader has given away what the process had without its release, which it does with
    /// whoever it takes for dead. Of one that is draining it says nothing: it has to give that away.
    Bereft(NodeProcess),
    /// This node's own connection is gone: that nothing is heard says nothing now.
    Disconnected,
    /// This node is connected again.
    Connected,
}

/// What follows for the members.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MembershipOutput {
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
    /// The process is a member from now on.
    Joined(NodeProcess),
    /// There is a doubt whether the process lives. It is a member still.
    Suspected(NodeProcess),
    /// The process lives after all.
    Trusted(NodeProcess),
    /// The process is a member no more, and never will be again.
    Died(NodeProcess, DeathCause),
    /// The process left.
    Left(NodeProcess),
    /// Tell the process, which lives, that it is taken for dead: it has to give up what it had, and
    /// come back as a later incarnation.
    Dismiss(NodeProcess),
}

/// Why a process is taken for dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeathCause {
    /// Its connection is gone, while its server is not: that of another process to it is there, or it
    /// answers itself.
    Disconnected,
    /// It left two pings unanswered.
    Unanswered,
    /// Nothing was heard of it for too long.
    Silent,
    /// A later incarnation of its node has come.
    Replaced,
    /// The leader has given away what it had.
    Bereft,
}

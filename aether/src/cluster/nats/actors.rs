use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;

use super::{AskError, AskReply, BegunShard, ClusterClient, ReceivedAsk, ShardHandler};
use crate::{
    Position, Sequence, SessionMark, StoreError, StoreErrorKind,
    cluster::{NodeProcess, Shard, ShardCount},
    runtime::{
        Aether, CommandError,
        placement::{Asking, Placement},
    },
};

/// Which shards a node has, and since when: the number of a shard is odd while it is here, and
/// another one each time.
#[derive(Debug, Clone)]
pub(super) struct Tenures(Arc<[AtomicU64]>);

impl Tenures {
    pub(super) fn new(count: ShardCount) -> Self {
        Self(count.shards().map(|_| AtomicU64::new(0)).collect())
    }

    fn here(&self, shard: Shard) -> Option<u64> {
        let number = self.0.get(shard.index())?.load(Ordering::Acquire);
        (number % 2 == 1).then_some(number)
    }

    fn begin(&self, shard: Shard) {
        if let Some(number) = self.0.get(shard.index()) {
            // Should it not have ended, it begins anew all the same.
            let step = 1 + number.load(Ordering::Acquire) % 2;
            number.fetch_add(step, Ordering::AcqRel);
        }
    }

    fn end(&self, shard: Shard) {
        if let Some(number) = self.0.get(shard.index()) {
            number.fetch_add(number.load(Ordering::Acquire) % 2, Ordering::AcqRel);
        }
    }
}

/// Lets a runtime carry out what the actors of a node are asked.
pub(super) struct Actors {
    pub(super) aether: Aether,
    pub(super) tenures: Tenures,
}

/// How long a client waits whose command has come to a runtime that is shut down.
const STOPPED: Duration = Duration::from_millis(20);

impl ShardHandler for Actors {
    fn begin(&self, begun: BegunShard) {
        self.tenures.begin(begun.shard);
        self.aether.moved();
    }

    fn end(&self, shard: Shard) {
        self.tenures.end(shard);
        self.aether.moved();
    }

    async fn handle(&self, ask: ReceivedAsk) -> AskReply {
        let answer = self.aether.carry_out(&ask.payload, ask.deadline).await;
        answer.map_or(AskReply::Busy(STOPPED), AskReply::Ok)
    }
}

impl Drop for Actors {
    /// Whoever has this is no node any more.
    fn drop(&mut self) {
        for number in &*self.tenures.0 {
            number.fetch_add(number.load(Ordering::Acquire) % 2, Ordering::AcqRel);
        }
        self.aether.moved();
    }
}

/// Has the commands of a runtime carried out by the nodes that have their actors.
pub(super) struct Placed {
    client: ClusterClient,
    count: ShardCount,
    /// None, in a process that is no node.
    node: Option<Node>,
}

/// The node that a process is.
struct Node {
    tenures: Tenures,
    session: Arc<str>,
    /// The process as it joined: a later one of the node has a larger one.
    incarnation: u64,
    sent: AtomicU64,
}

/// How long a command may take to which no time was given.
const PATIENCE: Duration = Duration::from_secs(30);

impl Placed {
    pub(super) fn outside(client: ClusterClient, count: ShardCount) -> Self {
        Self {
            client,
            count,
            node: None,
        }
    }

    pub(super) fn on(
        process: &NodeProcess,
        tenures: Tenures,
        client: ClusterClient,
        count: ShardCount,
    ) -> Self {
        let node = Node {
            tenures,
            session: Arc::from(format!("node/{}", process.node)),
            incarnation: process.incarnation.0,
            sent: AtomicU64::new(0),
        };
        Self {
            client,
            count,
            node: Some(node),
        }
    }
}

impl Placement for Placed {
    fn here(&self, actor_type: &str, key: &str) -> Option<u64> {
        let node = self.node.as_ref()?;
        node.tenures.here(self.count.shard_of(actor_type, key))
    }

    fn mark(&self) -> Option<Arc<SessionMark>> {
        let node = self.node.as_ref()?;
        let number = node.sent.fetch_add(1, Ordering::Relaxed);
        let (upper, lower) = (number >> 32, number & u64::from(u32::MAX));
        let sequence = Sequence {
            position: Position::new(node.incarnation),
            event: u32::try_from(upper).ok()?,
            number: u32::try_from(lower).ok()?,
        };
        let session = Arc::clone(&node.session);
        Some(Arc::new(SessionMark { session, sequence }))
    }

    fn ask<'a>(
        &'a self,
        (actor_type, key): (&'a str, &'a str),
        written: Bytes,
        within: Option<Duration>,
    ) -> Asking<'a> {
        let within = within.unwrap_or(PATIENCE);
        Box::pin(async move {
            let answer = self.client.ask(actor_type, key, written, within).await;
            answer.map_err(unanswered)
        })
    }
}

fn unanswered(err: AskError) -> CommandError {
    let (kind, text) = match err {
        AskError::Expired => return CommandError::Expired,
        AskError::Overloaded | AskError::NotTaken => (
            StoreErrorKind::Unavailable,
            "nothing was stored: no node of the cluster took the command in time",
        ),
        AskError::Unsendable(_) => (
            StoreErrorKind::TooLarge,
            "nothing was stored: the command cannot be sent to the node of its actor",
        ),
        AskError::InDoubt | AskError::Closed => (
            StoreErrorKind::InDoubt,
            "it is not known whether the events of the command are stored: the node of its actor \
             did not answer",
        ),
    };
    CommandError::Store(StoreError::new(kind, text).because(err))
}

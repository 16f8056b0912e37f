use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;

use super::{
    AskError, AskReply, BegunShard, ClusterClient, ReceivedAsk, ShardHandler, tenures::Tenures,
};
use crate::{
    Position, Sequence, SessionMark, StoreError, StoreErrorKind,
    cluster::{NodeProcess, Shard, ShardCount},
    runtime::{
        Aether, CommandError,
        carrying::CarriedOut,
        placement::{Asking, Placement, Tenancy},
    },
};

/// Lets a runtime carry out what the actors of a node are asked.
pub(super) struct Actors {
    pub(super) aether: Aether,
    pub(super) tenures: Tenures,
}

/// How long a client waits whose command has come to a runtime that is shut down.
const STOPPED: Duration = Duration::from_millis(20);

impl ShardHandler for Actors {
    fn begin(&self, begun: BegunShard) {
        self.tenures.begin(begun);
        self.aether.moved();
    }

    fn end(&self, shard: Shard) {
        self.tenures.end(shard);
        self.aether.moved();
    }

    async fn handle(&self, ask: ReceivedAsk) -> AskReply {
        match self.aether.carry_out(&ask.payload, ask.deadline).await {
            CarriedOut::Answer(answer) => AskReply::Ok(answer),
            CarriedOut::Moved => AskReply::Moved,
            CarriedOut::Stopped => AskReply::Busy(STOPPED),
        }
    }

    async fn quiet(&self, shard: Shard) {
        self.tenures.quiet(shard).await;
    }
}

impl Drop for Actors {
    /// Whoever has this is no node any more.
    fn drop(&mut self) {
        self.tenures.end_all();
        self.aether.moved();
    }
}

/// Has the commands of a runtime carried out by the nodes that have their actors.
pub(super) struct Placed {
    client: ClusterClient,
    cluster: Arc<str>,
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
            cluster: client.cluster(),
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
            cluster: client.cluster(),
            client,
            count,
            node: Some(node),
        }
    }
}

impl Placement for Placed {
    fn is_here(&self, actor_type: &str, key: &str) -> bool {
        let node = self.node.as_ref();
        node.is_some_and(|it| it.tenures.is_here(self.count.shard_of(actor_type, key)))
    }

    fn enter(&self, actor_type: &str, key: &str) -> Option<Tenancy> {
        let node = self.node.as_ref()?;
        node.tenures.enter(self.count.shard_of(actor_type, key))
    }

    fn leave(&self, tenancy: Tenancy) {
        if let Some(node) = &self.node {
            node.tenures.leave(tenancy);
        }
    }

    fn cluster(&self) -> &Arc<str> {
        &self.cluster
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

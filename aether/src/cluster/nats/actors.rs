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
        placement::{Asking, Placement},
    },
    session::of_client,
    tenancy::Tenancy,
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
    tenures: Option<Tenures>,
    session: Arc<str>,
    /// The incarnation of the node, as it joined: a later process of the node has a larger one. Of a
    /// client, when it came.
    since: u64,
    sent: AtomicU64,
}

/// How long a command may take to which no time was given.
const PATIENCE: Duration = Duration::from_secs(30);

impl Placed {
    pub(super) fn outside(client: ClusterClient, count: ShardCount) -> Self {
        let session = client.session();
        let came = session.get_timestamp().map(|it| it.to_unix());
        let came = came.map_or(0, |(seconds, nanos)| {
            seconds.saturating_mul(1_000) + u64::from(nanos / 1_000_000)
        });
        Self {
            cluster: client.cluster(),
            client,
            count,
            tenures: None,
            session: of_client(&session),
            since: came,
            sent: AtomicU64::new(0),
        }
    }

    pub(super) fn on(
        process: &NodeProcess,
        tenures: Tenures,
        client: ClusterClient,
        count: ShardCount,
    ) -> Self {
        Self {
            cluster: client.cluster(),
            client,
            count,
            tenures: Some(tenures),
            session: Arc::from(format!("node/{}", process.node)),
            since: process.incarnation.0,
            sent: AtomicU64::new(0),
        }
    }
}

impl Placement for Placed {
    fn is_here(&self, actor_type: &str, key: &str) -> bool {
        let tenures = self.tenures.as_ref();
        tenures.is_some_and(|it| it.is_here(self.count.shard_of(actor_type, key)))
    }

    fn enter(&self, actor_type: &str, key: &str) -> Option<Tenancy> {
        let tenures = self.tenures.as_ref()?;
        tenures.enter(self.count.shard_of(actor_type, key))
    }

    fn leave(&self, tenancy: Tenancy) {
        if let Some(tenures) = &self.tenures {
            tenures.leave(tenancy);
        }
    }

    fn cluster(&self) -> &Arc<str> {
        &self.cluster
    }

    fn mark(&self) -> Option<Arc<SessionMark>> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let (upper, lower) = (number >> 32, number & u64::from(u32::MAX));
        let sequence = Sequence {
            position: Position::new(self.since),
            event: u32::try_from(upper).ok()?,
            number: u32::try_from(lower).ok()?,
        };
        let session = Arc::clone(&self.session);
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

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{
    AskError, AskReply, BegunShard, ClusterClient, ReceivedAsk, ShardHandler,
    confirming::Confirming, recent::Recent, tasks::Tasks, tenures::Tenures,
};
use crate::{
    ActorId, Position, Sequence, SessionMark, StoreError, StoreErrorKind,
    cluster::{NodeProcess, Shard, ShardCount},
    runtime::{
        Aether, CommandError,
        carrying::{CarriedOut, handed_over},
        placement::{Asking, Confirmed, Placement},
    },
    session::{of_client, of_node},
    tenancy::Tenancy,
};

/// Lets a runtime carry out what the actors of a node are asked.
pub(super) struct Actors {
    aether: Aether,
    tenures: Tenures,
    recent: Recent,
    /// Each reads an actor of a shard that is to come.
    readers: Arc<Semaphore>,
    reading: Mutex<Tasks>,
}

/// How many actors are read at a time before their shards come.
const READERS: usize = 32;

/// How long a client waits whose command has come to a runtime that is shut down.
const STOPPED: Duration = Duration::from_millis(20);

impl Actors {
    pub(super) fn new(aether: Aether, tenures: Tenures, recent: Recent) -> Self {
        Self {
            aether,
            tenures,
            recent,
            readers: Arc::new(Semaphore::new(READERS)),
            reading: Mutex::default(),
        }
    }
}

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

    fn hand_over(&self, shard: Shard) -> Option<Bytes> {
        let actors = self.recent.take(shard.index());
        (!actors.is_empty()).then(|| self.aether.hand_over(&actors))?
    }

    fn warm(&self, shard: Shard, handed_over: Bytes) {
        let actors = handed_over::read(&handed_over);
        let (aether, tenures) = (self.aether.clone(), self.tenures.clone());
        let readers = Arc::clone(&self.readers);
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading.tidy();
        reading.spawn(async move {
            for (actor, snapshot) in actors {
                // Nobody closes it.
                let Ok(_reader) = readers.acquire().await else {
                    return;
                };
                // Once the shard is here, those who want the actors read them.
                let Some(tenure) = tenures.next(shard) else {
                    return;
                };
                aether.warm(&actor, snapshot, tenure).await;
            }
        });
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
    here: Option<(Tenures, Recent, Confirming)>,
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
            here: None,
            session: of_client(&session),
            since: came,
            sent: AtomicU64::new(0),
        }
    }

    pub(super) fn on(
        process: &NodeProcess,
        here: (Tenures, Recent, Confirming),
        client: ClusterClient,
        count: ShardCount,
    ) -> Self {
        Self {
            cluster: client.cluster(),
            client,
            count,
            here: Some(here),
            session: of_node(&process.node),
            since: process.incarnation.0,
            sent: AtomicU64::new(0),
        }
    }
}

impl Placement for Placed {
    fn is_here(&self, actor_type: &str, key: &str) -> bool {
        let shard = self.count.shard_of(actor_type, key);
        let here = self.here.as_ref();
        here.is_some_and(|(tenures, ..)| tenures.is_here(shard))
    }

    fn enter(&self, actor_type: &str, key: &str) -> Option<Tenancy> {
        let (tenures, ..) = self.here.as_ref()?;
        tenures.enter(self.count.shard_of(actor_type, key))
    }

    fn note(&self, tenancy: Tenancy, actor: &ActorId) {
        if let Some((_, recent, _)) = &self.here {
            recent.note(tenancy.place, actor);
        }
    }

    fn leave(&self, tenancy: Tenancy) {
        if let Some((tenures, ..)) = &self.here {
            tenures.leave(tenancy);
        }
    }

    fn confirm(&self, tenancy: Tenancy) -> Confirmed<'_> {
        Box::pin(async move {
            let Some((tenures, _, confirming)) = &self.here else {
                return false;
            };
            confirming.is_present().await && tenures.has(tenancy)
        })
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

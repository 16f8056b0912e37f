use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::sleep;

use super::{
    checks::Broken,
    clustered::{Clustered, Member},
    executor::{Executor, Life, Place},
    nats::{LineId, NatsConnection},
    server::{Connection, Server},
    trace::Trace,
};
use crate::{
    Aether,
    runtime::{AetherBuilder, StartError},
};

pub(super) type Setup = Arc<dyn Fn(AetherBuilder, &Node) -> AetherBuilder + Send + Sync>;

/// A node that is about to start.
#[derive(Debug)]
pub struct Node {
    number: usize,
    store: Connection,
}

impl Node {
    /// Its number, from 1.
    pub const fn number(&self) -> usize {
        self.number
    }

    /// Its store: what it runs on unless the setup gives it another, one around this say.
    pub const fn store(&self) -> &Connection {
        &self.store
    }
}

/// A node, from one start to the next.
pub(super) struct Host {
    number: usize,
    executor: Executor,
    server: Server,
    cluster: Option<Clustered>,
    setups: Vec<Setup>,
    trace: Trace,
    alive: Mutex<Option<Alive>>,
    starting: tokio::sync::Mutex<()>,
}

/// A node that runs, or is about to.
#[derive(Clone)]
pub(super) struct Alive {
    pub(super) life: Life,
    pub(super) store: Connection,
    /// None before it has started.
    pub(super) aether: Option<Aether>,
    /// Its connection to the cluster, if there is one.
    pub(super) line: Option<LineId>,
    pub(super) member: Option<Member>,
}

/// Why a node does not start.
enum NotStarted {
    Never(StartError),
    NotNow(String),
}

impl Host {
    pub(super) fn new(
        number: usize,
        (executor, server, trace): (&Executor, &Server, &Trace),
        cluster: Option<&Clustered>,
        setups: &[Setup],
    ) -> Self {
        Self {
            number,
            executor: executor.clone(),
            server: server.clone(),
            cluster: cluster.cloned(),
            setups: setups.to_vec(),
            trace: trace.clone(),
            alive: Mutex::default(),
            starting: tokio::sync::Mutex::default(),
        }
    }

    /// The node, if it runs.
    pub(super) fn running(&self) -> Option<Alive> {
        let alive = self.alive().clone();
        alive.filter(|alive| alive.aether.is_some())
    }

    /// Starts the node unless it runs, however often that has to be tried.
    ///
    /// # Errors
    /// If the members do not fit together.
    pub(super) async fn start(&self) -> Result<(), Broken> {
        let _turn = self.starting.lock().await;
        while self.alive().is_none() {
            let life = self.executor.begin();
            let store = self.server.connect_as(self.name());
            let connection = self.cluster.as_ref().map(Clustered::connect);
            *self.alive() = Some(Alive {
                life,
                store: store.clone(),
                aether: None,
                line: connection.as_ref().map(NatsConnection::line),
                member: None,
            });
            let cluster = self.cluster.clone().zip(connection);
            let starting = start(self.builder(store), cluster, self.number);
            let started = Place::of(&self.executor, life).driven(starting).await;
            match started {
                Some(Ok((aether, member))) => {
                    self.trace.note(self.name(), "has started");
                    if let Some(alive) = &mut *self.alive() {
                        (alive.aether, alive.member) = (Some(aether), member);
                    }
                }
                Some(Err(NotStarted::NotNow(why))) => {
                    self.trace
                        .note(self.name(), format!("does not start: {why}"));
                    self.end();
                    sleep(Duration::from_millis(200)).await;
                }
                Some(Err(NotStarted::Never(err))) => {
                    return Err(Broken::of("every node starts", err.to_string()));
                }
                // It crashed on the way.
                None => sleep(Duration::from_millis(200)).await,
            }
        }
        Ok(())
    }

    fn builder(&self, store: Connection) -> AetherBuilder {
        let builder = Aether::builder().store(store.clone());
        let node = Node {
            number: self.number,
            store,
        };
        let setups = self.setups.iter();
        setups.fold(builder, |builder, setup| setup(builder, &node))
    }

    /// Ends the node: nothing of it takes another step.
    pub(super) fn end(&self) {
        let alive = self.alive().take();
        if let Some(alive) = alive {
            self.executor.end(alive.life);
            if let Some((cluster, line)) = self.cluster.as_ref().zip(alive.line) {
                cluster.leave(line);
            }
        }
    }

    /// The cluster, and the node's connection to it.
    pub(super) fn line(&self) -> Option<(&Clustered, LineId)> {
        let line = self.alive().as_ref().and_then(|alive| alive.line);
        self.cluster.as_ref().zip(line)
    }

    pub(super) fn life(&self) -> Option<Life> {
        self.alive().as_ref().map(|alive| alive.life)
    }

    pub(super) fn store(&self) -> Option<Connection> {
        self.alive().as_ref().map(|alive| alive.store.clone())
    }

    pub(super) fn name(&self) -> String {
        format!("node {}", self.number)
    }

    fn alive(&self) -> MutexGuard<'_, Option<Alive>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts a node, and has it join the cluster if there is one.
async fn start(
    builder: AetherBuilder,
    cluster: Option<(Clustered, NatsConnection)>,
    number: usize,
) -> Result<(Aether, Option<Member>), NotStarted> {
    let aether = builder.start().await.map_err(|err| {
        if matches!(err, StartError::Store(_)) {
            NotStarted::NotNow(err.to_string())
        } else {
            NotStarted::Never(err)
        }
    })?;
    let Some((cluster, connection)) = cluster else {
        return Ok((aether, None));
    };
    let joined = cluster.join(number, connection, aether.clone()).await;
    let member = joined.map_err(|err| NotStarted::NotNow(err.to_string()))?;
    Ok((aether, Some(member)))
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Host").field(&self.number).finish()
    }
}

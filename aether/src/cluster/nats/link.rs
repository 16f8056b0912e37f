use std::{sync::Arc, time::Duration};

use async_nats::{Client, ConnectOptions, Event, Message, RequestError, ServerError};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::{
    ClusterError, ClusterErrorKind,
    bucket::{Bucket, Found},
    messages::{ReleasedForm, to_json},
    names::Names,
    wire::Wire,
};
use crate::{
    StoreErrorKind,
    cluster::{NodeProcess, ReleasedShard, ShardTable, StoredTable},
    store::jetstream::dial,
};

/// The header of a notice that says which revision it is of.
const SEQUENCE: &str = "Nats-Sequence";

/// How long a bucket may have no leader when it is opened: an election takes some seconds.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long nothing is asked in between.
const PAUSE: Duration = Duration::from_millis(50);
/// How long after a ping that is not answered another one is sent.
const SECOND: Duration = Duration::from_millis(10);

/// A connection to the servers, and what a cluster is called there.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) client: Wire,
    pub(super) names: Names,
    pub(super) bucket: Bucket,
    pub(super) connection: watch::Receiver<Connection>,
}

/// What is known of a connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Connection {
    pub(super) is_lost: bool,
    /// What the servers did not permit last.
    pub(super) denied: Option<String>,
}

/// Connects, and hears what becomes of the connection.
pub(super) async fn connect(
    options: ConnectOptions,
    url: &str,
) -> Result<(Client, watch::Receiver<Connection>), ClusterError> {
    let (told, connection) = watch::channel(Connection::default());
    let options = options.event_callback(move |event| {
        hear(&told, &event);
        std::future::ready(())
    });
    match dial(options, url).await {
        Ok(client) => Ok((client, connection)),
        Err(err) => {
            let kind = if err.kind() == StoreErrorKind::Unavailable {
                ClusterErrorKind::Unavailable
            } else {
                ClusterErrorKind::Misconfigured
            };
            Err(ClusterError::new(kind, "the cluster has no connection").because(err))
        }
    }
}

/// Asks again as long as the servers do not answer: a bucket that was just made on several has no
/// leader for a moment.
pub(super) async fn patiently<T, F>(
    connection: &watch::Receiver<Connection>,
    mut question: impl FnMut() -> F + Send,
) -> Result<T, ClusterError>
where
    F: Future<Output = Result<T, ClusterError>> + Send,
{
    let until = Instant::now() + PATIENCE;
    loop {
        match question().await {
            Err(err) if is_passing(connection, &err) && Instant::now() < until => {
                sleep(PAUSE).await;
            }
            answer => return answer,
        }
    }
}

fn is_passing(connection: &watch::Receiver<Connection>, err: &ClusterError) -> bool {
    let is_denied = connection.borrow().denied.is_some();
    err.kind() == ClusterErrorKind::Unavailable && !is_denied
}

fn hear(told: &watch::Sender<Connection>, event: &Event) {
    match event {
        Event::Connected => told.send_modify(|it| it.is_lost = false),
        Event::Disconnected | Event::Closed => told.send_modify(|it| it.is_lost = true),
        Event::ServerError(ServerError::Other(text))
            if text
                .to_ascii_lowercase()
                .starts_with("permissions violation") =>
        {
            told.send_modify(|it| it.denied = Some(text.clone()));
        }
        Event::LameDuckMode
        | Event::Draining
        | Event::SlowConsumer(_)
        | Event::ServerError(_)
        | Event::ClientError(_) => {}
    }
}

impl Link {
    /// The server that it is connected to.
    pub(super) fn server(&self) -> Arc<str> {
        self.client.server()
    }

    pub(super) fn is_connected(&self) -> bool {
        self.client.is_connected()
    }

    /// [Asks again](patiently) as long as the servers do not answer.
    pub(super) async fn patiently<T, F>(
        &self,
        question: impl FnMut() -> F + Send,
    ) -> Result<T, ClusterError>
    where
        F: Future<Output = Result<T, ClusterError>> + Send,
    {
        patiently(&self.connection, question).await
    }

    /// Tells all nodes, as far as they can be told: what is lost is told again, or missed.
    pub(super) async fn tell(&self, what: &str, json: Vec<u8>) {
        let told = self
            .client
            .publish(self.names.told(what), json.into())
            .await;
        if let Err(error) = told {
            tracing::debug!(%error, what, "the nodes of the cluster cannot be told");
        }
    }

    /// What a process says to a ping, within so much time.
    ///
    /// There are more, ever more rarely, as long as the first ones are not answered: what is on its
    /// way to a process that dies, or comes to a server that has not heard of it yet, gets no notice
    /// of that, and what comes after it does.
    pub(super) async fn ping(
        &self,
        process: &NodeProcess,
        within: Duration,
    ) -> Result<Message, RequestError> {
        let until = Instant::now() + within;
        let ask = || {
            let subject = self.subject(process, Names::PING);
            let left = until.saturating_duration_since(Instant::now());
            let asked = (None, Bytes::new());
            self.client.request(subject, asked, Some(left))
        };
        let mut asked = FuturesUnordered::from_iter([ask()]);
        let mut patience = SECOND;
        loop {
            if let Ok(Some(answer)) = timeout(patience, asked.next()).await {
                return answer;
            }
            asked.push(ask());
            patience *= 2;
        }
    }

    /// Says that a process has done with shards.
    pub(super) async fn release(&self, process: &NodeProcess, all: &[ReleasedShard]) {
        let form = ReleasedForm::of(process, all);
        self.tell(Names::RELEASED, to_json(&form)).await;
    }

    /// The shard table as it is stored.
    pub(super) async fn table(&self) -> Result<Option<StoredTable>, ClusterError> {
        let Some(found) = self.bucket.get(Names::MAP).await? else {
            return Ok(None);
        };
        let table = ShardTable::decode(&found.value);
        let table = table.map_err(|err| corrupt("the shard table").because(err))?;
        Ok(Some(StoredTable {
            revision: found.revision,
            table,
        }))
    }

    pub(super) fn subject(&self, process: &NodeProcess, what: &str) -> String {
        self.names.of_process(process, what)
    }
}

pub(super) fn corrupt(what: &str) -> ClusterError {
    let text = format!("{what} of the cluster cannot be read");
    ClusterError::new(ClusterErrorKind::Corrupt, text)
}

/// What a server does not permit it never answers: the error says so if that was the reason.
pub(super) fn explained(
    err: ClusterError,
    connection: &watch::Receiver<Connection>,
) -> ClusterError {
    let denied = connection.borrow().denied.clone();
    match denied {
        Some(text) if err.kind() == ClusterErrorKind::Unavailable => {
            let message = "the servers do not permit what a member of the cluster has to do";
            ClusterError::new(ClusterErrorKind::NotPermitted, message).because(text)
        }
        _ => err,
    }
}

/// What a notice tells of the bucket: which key, its revision, and what it holds.
pub(super) fn noticed<'a>(names: &Names, message: &'a Message) -> Option<(&'a str, Found)> {
    let key = names.noticed(&message.subject)?;
    let headers = message.headers.as_ref()?;
    let revision = headers.get(SEQUENCE)?.as_str().parse().ok()?;
    let value = message.payload.clone();
    Some((key, Found { revision, value }))
}

/// The table of a notice; none, if it is one that this build cannot read.
pub(super) fn table_of(found: &Found) -> Option<StoredTable> {
    match ShardTable::decode(&found.value) {
        Ok(table) => Some(StoredTable {
            revision: found.revision,
            table,
        }),
        Err(error) => {
            tracing::warn!(%error, revision = found.revision, "a shard table cannot be read");
            None
        }
    }
}

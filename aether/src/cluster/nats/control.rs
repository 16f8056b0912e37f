use std::{sync::Arc, time::Duration};

use async_nats::RequestErrorKind;

use super::{
    bucket::{Found, Put},
    letter::Letter,
    link::{Link, corrupt},
    messages::{LeaderForm, from_json, to_json},
    names::Names,
    servers,
};
use crate::cluster::{
    ElectionInput, LeaderKey, LeaderRecord, NodeInput, NodeProcess, PingAnswer, ShardTable,
};

/// Asks the store and other nodes what a node wants to know, each in a task of its own.
#[derive(Debug, Clone)]
pub(super) struct Control(pub(super) Arc<Link>);

impl Control {
    /// What became of a ping; nothing, if that is not known.
    pub(super) async fn ping(
        self,
        ping: u64,
        process: NodeProcess,
        patience: Duration,
    ) -> Option<NodeInput<Letter>> {
        let answer = match self.0.ping(&process, patience).await {
            Ok(message) => PingAnswer::Alive(Arc::from(str::from_utf8(&message.payload).ok()?)),
            Err(err) if err.kind() == RequestErrorKind::NoResponders => PingAnswer::NoResponders,
            Err(_) => return None,
        };
        tracing::debug!(ping, %process, ?answer, "pinged");
        Some(NodeInput::Pinged { ping, answer })
    }

    /// Whether a server lives; nothing, if that is not known.
    pub(super) async fn ask_server(
        self,
        question: u64,
        server: Arc<str>,
        patience: Duration,
    ) -> Option<NodeInput<Letter>> {
        let addresses = self.0.client.addresses().await;
        let lives = servers::lives(addresses, &server, patience).await;
        tracing::debug!(question, %server, lives, "asked a server");
        lives.then_some(NodeInput::ServerAnswered { question })
    }

    pub(super) async fn read_leader(self, request: u64) -> Option<NodeInput<Letter>> {
        let found = self.0.bucket.get(Names::LEADER).await;
        let key = found.and_then(|found| {
            let key = found.map_or(Some(NEVER), |found| leader_key(&found));
            key.ok_or_else(|| corrupt("the lease"))
        });
        Some(NodeInput::Election(match key {
            Ok(key) => ElectionInput::Read { request, key },
            Err(error) => {
                tracing::warn!(%error, "it cannot be had who leads the cluster");
                ElectionInput::Failed { request }
            }
        }))
    }

    pub(super) async fn write_leader(
        self,
        request: u64,
        expected: u64,
        record: Option<LeaderRecord>,
    ) -> Option<NodeInput<Letter>> {
        let value = record.map_or_else(Vec::new, |it| to_json(&LeaderForm::from(&it)));
        let put = self.0.bucket.put(Names::LEADER, value, expected).await;
        tracing::debug!(request, expected, "the lease was written, or was not");
        Some(NodeInput::Election(match put {
            Ok(Put::Done(revision)) => ElectionInput::Written { request, revision },
            Ok(Put::Refused) => ElectionInput::Refused { request },
            Err(error) => {
                tracing::warn!(%error, "the lease of the cluster's leader cannot be written");
                ElectionInput::Failed { request }
            }
        }))
    }

    pub(super) async fn read_table(self) -> Option<NodeInput<Letter>> {
        Some(match self.0.table().await {
            Ok(stored) => NodeInput::TableRead(stored),
            Err(error) => {
                tracing::warn!(%error, "the cluster's shard table cannot be had");
                NodeInput::TableUnread
            }
        })
    }

    pub(super) async fn write_table(
        self,
        request: u64,
        expected: u64,
        table: ShardTable,
    ) -> Option<NodeInput<Letter>> {
        let (epoch, encoded) = (table.epoch().0, table.encode());
        tracing::debug!(epoch, bytes = encoded.len(), "writes a table");
        let put = self.0.bucket.put(Names::MAP, encoded, expected).await;
        tracing::debug!(epoch, "the table was written, or was not");
        Some(match put {
            Ok(Put::Done(revision)) => NodeInput::TableWritten { request, revision },
            Ok(Put::Refused) => NodeInput::TableUnwritten { request },
            Err(error) => {
                tracing::warn!(%error, "the cluster's shard table cannot be written");
                NodeInput::TableUnwritten { request }
            }
        })
    }
}

/// What the key of the leader holds before anyone ever led.
const NEVER: LeaderKey = LeaderKey {
    revision: 0,
    record: None,
};

/// What the key of the leader holds; none, if that cannot be read.
pub(super) fn leader_key(found: &Found) -> Option<LeaderKey> {
    let record = if found.value.is_empty() {
        None
    } else {
        let form: LeaderForm = from_json(&found.value)?;
        Some(form.record()?)
    };
    Some(LeaderKey {
        revision: found.revision,
        record,
    })
}

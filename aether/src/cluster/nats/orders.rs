use std::{collections::BTreeMap, time::Duration};

use async_nats::{Message, Subject};
use serde::{Deserialize, Serialize};

use super::{
    ClusterError,
    letter::Letter,
    link::Link,
    messages::{AvailabilityForm, ProcessForm, from_json, to_json},
    names::Names,
    wire::Wire,
};
use crate::cluster::{Availability, ClusterOrder, NodeId, NodeInput, NodeProcess, OrderOutcome};

/// What was done about a [`ClusterOrder`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrderTaken {
    /// The node goes by it.
    Obeyed {
        /// Which process of the node.
        process: NodeProcess,
        /// How many shards it has at the moment.
        shards: usize,
    },
    /// So many shards move, or are to.
    Rebalancing {
        /// How many.
        moves: usize,
    },
}

/// Says why an order was not taken, and whether anything was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// Nobody leads the cluster, and nobody came to in all the time.
    #[error("nothing was done: nobody leads the cluster")]
    Leaderless,
    /// The leader knows of no such node.
    #[error("nothing was done: the cluster has no node `{0}`")]
    UnknownNode(NodeId),
    /// There is no other node that takes shards.
    #[error("nothing was done: there is no node but `{0}` that takes shards")]
    Alone(NodeId),
    /// The leader, or the node that is meant, is of a release that knows no such order.
    #[error("nothing was done: {0} runs a release that does not know this order")]
    TooOld(NodeProcess),
    /// The node was told, and has not said that it goes by it. It may yet.
    #[error("it is not known whether it was done: {0} was told, and has not said so")]
    Unheard(NodeProcess),
    /// The node was told, and before it said that it goes by it, it was told otherwise by a later
    /// order.
    #[error("it may not have been done: {0} was told otherwise by a later order")]
    Superseded(NodeProcess),
    /// The leader has not answered. It may have told the node.
    #[error("it is not known whether it was done: the leader {0} does not answer")]
    NoAnswer(NodeProcess),
    /// The servers are out of reach, or do not answer.
    #[error("nothing was done: the servers do not say who leads")]
    Servers(#[source] ClusterError),
}

/// An order on its way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub(super) enum OrderForm {
    Cordon { node: String },
    Uncordon { node: String },
    Drain { node: String },
    Rebalance,
}

/// What became of it, on its way back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum OutcomeForm {
    Obeyed {
        process: ProcessForm,
        shards: usize,
    },
    Rebalancing {
        moves: usize,
    },
    UnknownNode,
    Alone,
    Unheard {
        process: ProcessForm,
    },
    Superseded {
        process: ProcessForm,
    },
    NotLeading {
        leader: Option<ProcessForm>,
    },
    /// The process does not know such an order.
    NotUnderstood,
}

/// Who waits for what becomes of an order, at a leader.
#[derive(Debug, Default)]
pub(super) struct Orders {
    count: u64,
    waiting: BTreeMap<u64, Subject>,
}

/// How long the answer to an order is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

impl Orders {
    /// The order of a message; one that is not understood is answered at once.
    pub(super) async fn take(
        &mut self,
        client: &Wire,
        message: Message,
    ) -> Option<NodeInput<Letter>> {
        let reply = message.reply?;
        let form = from_json::<OrderForm>(&message.payload);
        let Some(order) = form.and_then(OrderForm::order) else {
            say(client, reply, &OutcomeForm::NotUnderstood).await;
            return None;
        };
        self.count += 1;
        let number = self.count;
        self.waiting.insert(number, reply);
        Some(NodeInput::Ordered { number, order })
    }

    pub(super) async fn answer(&mut self, client: &Wire, number: u64, outcome: OrderOutcome) {
        if let Some(reply) = self.waiting.remove(&number) {
            say(client, reply, &outcome.into()).await;
        }
    }
}

async fn say(client: &Wire, reply: Subject, outcome: &OutcomeForm) {
    if let Err(error) = client.publish(reply, to_json(outcome).into()).await {
        tracing::debug!(%error, "an order is not answered");
    }
}

/// Tells a process how it is to offer itself; if that fails, it is told again.
pub(super) async fn instruct(link: &Link, process: &NodeProcess, availability: Availability) {
    let subject = link.subject(process, Names::INSTRUCT);
    let json = to_json(&AvailabilityForm::from(availability));
    if let Err(error) = link.client.publish(subject, json.into()).await {
        tracing::debug!(%error, %process, "a node cannot be told what it is to do");
    }
}

pub(super) fn instructed(json: &[u8]) -> Option<NodeInput<Letter>> {
    let form: AvailabilityForm = from_json(json)?;
    Some(NodeInput::Instructed(form.into()))
}

impl OrderForm {
    fn order(self) -> Option<ClusterOrder> {
        Some(match self {
            Self::Cordon { node } => ClusterOrder::Cordon(NodeId::new(node).ok()?),
            Self::Uncordon { node } => ClusterOrder::Uncordon(NodeId::new(node).ok()?),
            Self::Drain { node } => ClusterOrder::Drain(NodeId::new(node).ok()?),
            Self::Rebalance => ClusterOrder::Rebalance,
        })
    }
}

impl From<&ClusterOrder> for OrderForm {
    fn from(order: &ClusterOrder) -> Self {
        match order {
            ClusterOrder::Cordon(node) => Self::Cordon {
                node: node.to_string(),
            },
            ClusterOrder::Uncordon(node) => Self::Uncordon {
                node: node.to_string(),
            },
            ClusterOrder::Drain(node) => Self::Drain {
                node: node.to_string(),
            },
            ClusterOrder::Rebalance => Self::Rebalance,
        }
    }
}

impl From<OrderOutcome> for OutcomeForm {
    fn from(outcome: OrderOutcome) -> Self {
        match outcome {
            OrderOutcome::Obeyed { process, shards } => Self::Obeyed {
                process: (&process).into(),
                shards,
            },
            OrderOutcome::Rebalancing { moves } => Self::Rebalancing { moves },
            OrderOutcome::UnknownNode => Self::UnknownNode,
            OrderOutcome::Alone => Self::Alone,
            OrderOutcome::Unheard(process) => Self::Unheard {
                process: (&process).into(),
            },
            OrderOutcome::Superseded(process) => Self::Superseded {
                process: (&process).into(),
            },
            OrderOutcome::NotLeading(leader) => Self::NotLeading {
                leader: leader.as_ref().map(ProcessForm::from),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_as_it_was_meant_and_one_of_a_later_release_is_not_understood() {
        let node = || NodeId::new("ü.1").unwrap();
        for order in [
            ClusterOrder::Cordon(node()),
            ClusterOrder::Uncordon(node()),
            ClusterOrder::Drain(node()),
            ClusterOrder::Rebalance,
        ] {
            let form: OrderForm = from_json(&to_json(&OrderForm::from(&order))).unwrap();
            assert_eq!(form.order(), Some(order));
        }
        let later = br#"{"order":"paint","node":"a"}"#;
        assert!(from_json::<OrderForm>(later).is_none());
        let nobody = br#"{"order":"drain","node":""}"#;
        let nobody: OrderForm = from_json(nobody).unwrap();
        assert_eq!(nobody.order(), None);
    }
}

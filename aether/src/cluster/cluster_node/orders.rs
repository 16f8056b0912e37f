use std::time::Duration;

use super::{ClusterNode, NodeOutput, Outputs};
use crate::cluster::{Availability, Monotonic, NodeId, NodeProcess};

/// What someone who operates a cluster wants of its leader.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClusterOrder {
    /// The node keeps the shards that it has, and gets no more.
    Cordon(NodeId),
    /// The node takes its share again.
    Uncordon(NodeId),
    /// The node gives its shards away, and stays.
    Drain(NodeId),
    /// Shards move for balance now, though a node has come lately or versions differ.
    Rebalance,
}

/// What became of a [`ClusterOrder`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OrderOutcome {
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
    /// Nothing was done: the leader knows of no such node.
    UnknownNode,
    /// Nothing was done: there is no other node that would take the shards.
    Alone,
    /// The node was told, and has not said that it goes by it. It may yet.
    Unheard(NodeProcess),
    /// The node was told, and before it said that it goes by it, it was told otherwise by a later
    /// order.
    Superseded(NodeProcess),
    /// Nothing was done: this process does not lead, or not yet. It names who does, if it knows.
    NotLeading(Option<NodeProcess>),
}

/// What a leader has told nodes, of which they have not said yet that they go by it.
#[derive(Debug, Default)]
pub(super) struct Orders(Vec<Pending>);

#[derive(Debug)]
struct Pending {
    number: u64,
    process: NodeProcess,
    wanted: Availability,
    /// When the node was told last.
    told: Monotonic,
    until: Monotonic,
}

/// For how long a node is told the same.
const PATIENCE: Duration = Duration::from_secs(2);

impl ClusterOrder {
    /// The node that is meant; none, if it is the whole cluster.
    pub fn node(&self) -> Option<&NodeId> {
        match self {
            Self::Cordon(node) | Self::Uncordon(node) | Self::Drain(node) => Some(node),
            Self::Rebalance => None,
        }
    }
}

impl Orders {
    /// When something is to be said again, or given up.
    pub(super) fn next_wake(&self, again: Duration) -> Option<Monotonic> {
        let turns = self.0.iter();
        turns.map(|it| it.until.min(it.told + again)).min()
    }
}

impl<M> ClusterNode<M> {
    pub(super) fn ordered(
        &mut self,
        now: Monotonic,
        number: u64,
        order: ClusterOrder,
        outputs: &mut Outputs<M>,
    ) {
        let (node, wanted) = match order {
            ClusterOrder::Cordon(node) => (node, Availability::Cordoned),
            ClusterOrder::Uncordon(node) => (node, Availability::Active),
            ClusterOrder::Drain(node) => (node, Availability::Draining),
            ClusterOrder::Rebalance => return self.rebalance(now, number, outputs),
        };
        match self.taker(&node, wanted) {
            Ok(process) => {
                let until = now + PATIENCE;
                self.supersede(&process, outputs);
                outputs.push(instruct(&process, wanted));
                self.orders.0.push(Pending {
                    number,
                    process,
                    wanted,
                    told: now,
                    until,
                });
            }
            Err(outcome) => outputs.push(NodeOutput::Answer { number, outcome }),
        }
    }

    /// Says no more what a process was to do until now: it would be told both, again and again.
    fn supersede(&mut self, process: &NodeProcess, outputs: &mut Outputs<M>) {
        let earlier = self.orders.0.extract_if(.., |it| it.process == *process);
        outputs.extend(earlier.map(|it| NodeOutput::Answer {
            number: it.number,
            outcome: OrderOutcome::Superseded(it.process),
        }));
    }

    /// The process that is to go by an order.
    fn taker(&self, node: &NodeId, wanted: Availability) -> Result<NodeProcess, OrderOutcome> {
        if !self.leads() {
            return Err(OrderOutcome::NotLeading(self.leader().cloned()));
        }
        let mut members = self.membership.members();
        let taker = members.find(|it| it.process.node == *node);
        let taker = taker.ok_or(OrderOutcome::UnknownNode)?;
        let mut others = self.membership.members();
        let mut others = others.by_ref().filter(|it| it.process.node != *node);
        let is_alone = others.all(|it| it.availability != Availability::Active);
        if wanted == Availability::Draining && is_alone {
            return Err(OrderOutcome::Alone);
        }
        Ok(taker.process.clone())
    }

    fn rebalance(&mut self, now: Monotonic, number: u64, outputs: &mut Outputs<M>) {
        let leading = self.leading.as_mut();
        let outcome = match leading.and_then(|it| it.rebalance(now)) {
            Some((moves, wish)) => {
                self.fulfil(now, wish, outputs);
                OrderOutcome::Rebalancing { moves }
            }
            None => OrderOutcome::NotLeading(self.leader().cloned()),
        };
        outputs.push(NodeOutput::Answer { number, outcome });
    }

    /// Answers orders by which nodes go, or do not in time, and repeats the others.
    pub(super) fn see_to_orders(&mut self, now: Monotonic, outputs: &mut Outputs<M>) {
        let pending = std::mem::take(&mut self.orders.0);
        for mut order in pending {
            if let Some(outcome) = self.outcome(now, &order) {
                let number = order.number;
                outputs.push(NodeOutput::Answer { number, outcome });
                continue;
            }
            if order.told + self.settings.membership.heartbeat <= now {
                order.told = now;
                outputs.push(instruct(&order.process, order.wanted));
            }
            self.orders.0.push(order);
        }
    }

    fn outcome(&self, now: Monotonic, order: &Pending) -> Option<OrderOutcome> {
        let process = &order.process;
        let mut members = self.membership.members();
        match members.find(|it| it.process == *process) {
            Some(heard) if heard.availability == order.wanted => Some(OrderOutcome::Obeyed {
                shards: self.table().map_or(0, |table| table.owned_by(process)),
                process: process.clone(),
            }),
            Some(_) if now < order.until => None,
            Some(_) | None => Some(OrderOutcome::Unheard(process.clone())),
        }
    }
}

fn instruct<M>(process: &NodeProcess, availability: Availability) -> NodeOutput<M> {
    NodeOutput::Instruct {
        process: process.clone(),
        availability,
    }
}

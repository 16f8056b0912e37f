//! A node that others show that there is a later table than it knows.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use crate::cluster::{
    Availability, ClusterNode, Epoch, FencingToken, Heartbeat, Incarnation, Monotonic, NodeId,
    NodeInput, NodeOutput, NodeProcess, NodeSettings, ShardCount, ShardTable, StoredTable,
};

/// Longer than a notice is given to come by itself.
const WHILE: Duration = Duration::from_millis(50);

fn process(node: &str) -> NodeProcess {
    NodeId::new(node).unwrap().process(Incarnation(1))
}

/// A table that came after so many others.
fn table(changes: usize) -> ShardTable {
    let table = ShardTable::new(ShardCount::new(4).unwrap());
    (0..changes).fold(table, |table, _| {
        table.changed(FencingToken(1), []).unwrap()
    })
}

/// A node that goes by a table, and has read it a while ago.
struct Node {
    node: ClusterNode<u64>,
    now: Monotonic,
}

impl Node {
    fn new() -> Self {
        let mut node = ClusterNode::new(process("a"), NodeSettings::default());
        let now = Monotonic::ORIGIN;
        node.step(now, NodeInput::Connected(Arc::from("s")));
        let stored = StoredTable {
            revision: 5,
            table: table(0),
        };
        node.step(now, NodeInput::TableRead(Some(stored)));
        Self { node, now }
    }

    /// Whether it reads the table because of this, before a while is over.
    fn reads(&mut self, input: NodeInput<u64>) -> bool {
        let until = self.now + WHILE;
        let mut outputs = self.node.step(self.now, input);
        while self.node.next_wake() <= until {
            self.now = self.now.max(self.node.next_wake());
            outputs.extend(self.node.step(self.now, NodeInput::Tick));
        }
        self.now = until;
        let mut outputs = outputs.iter();
        outputs.any(|it| matches!(it, NodeOutput::ReadTable))
    }
}

fn ask(epoch: u64) -> NodeInput<u64> {
    NodeInput::Arrived {
        shard: ShardCount::new(4).unwrap().shards().next().unwrap(),
        epoch: Epoch(epoch),
        message: 1,
        size: 1,
    }
}

fn heartbeat(epoch: u64) -> NodeInput<u64> {
    NodeInput::Heard(Heartbeat {
        process: process("b"),
        server: Arc::from("s"),
        version: Arc::from(""),
        load: 0,
        weight: NonZeroU32::MIN,
        availability: Availability::Active,
        epoch: Epoch(epoch),
    })
}

#[test]
fn who_is_asked_by_a_later_table_reads_it_if_it_is_not_heard_of() {
    let mut node = Node::new();
    let present = node.node.table().unwrap().epoch().0;
    assert!(!node.reads(ask(present)));
    assert!(node.reads(ask(present + 1)));
}

#[test]
fn who_hears_someone_go_by_a_later_table_reads_it() {
    let mut node = Node::new();
    let present = node.node.table().unwrap().epoch().0;
    assert!(!node.reads(heartbeat(present)));
    assert!(node.reads(heartbeat(present + 1)));
}

#[test]
fn what_is_heard_of_meanwhile_is_not_read() {
    let mut node = Node::new();
    let later = table(1);
    let (epoch, stored) = (
        later.epoch().0,
        StoredTable {
            revision: 6,
            table: later,
        },
    );
    node.node.step(node.now, ask(epoch));
    assert!(!node.reads(NodeInput::TableHeard(stored)));
}

#[test]
fn a_table_that_is_not_there_is_looked_for_once() {
    let mut node = Node::new();
    assert!(node.reads(ask(100)));
    let stored = StoredTable {
        revision: 5,
        table: table(0),
    };
    node.node.step(node.now, NodeInput::TableRead(Some(stored)));
    assert!(!node.reads(ask(100)));
    assert!(node.reads(ask(101)));
}

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use crate::cluster::{
    Availability, ClusterNode, ClusterOrder, ElectionInput, Epoch, FencingToken, Heartbeat,
    Incarnation, LeaderKey, Monotonic, NodeId, NodeInput, NodeOutput, NodeProcess, NodeSettings,
    OrderOutcome, ShardCount, ShardTable, StoredTable, TableChange,
};

/// A node that leads, on a store that answers everything at once.
struct Leader {
    node: ClusterNode<u64>,
    now: Monotonic,
    stored: Option<StoredTable>,
    /// What is stored, and heard, while the table is read by a node that leads.
    overtaking: Option<StoredTable>,
    /// The store takes no table.
    is_full: bool,
    /// How many it has not taken.
    refused: usize,
}

impl Leader {
    fn of(process: NodeProcess, table: ShardTable) -> Self {
        Self::overtaken(process, table, None)
    }

    fn overtaken(process: NodeProcess, table: ShardTable, overtaking: Option<StoredTable>) -> Self {
        let settings = NodeSettings {
            shards: table.count(),
            ..NodeSettings::default()
        };
        let mut leader = Self {
            node: ClusterNode::new(process, settings),
            now: Monotonic::ORIGIN,
            stored: Some(StoredTable { revision: 9, table }),
            overtaking,
            is_full: false,
            refused: 0,
        };
        leader.tell(NodeInput::Connected(Arc::from("s")));
        leader
    }

    fn tell(&mut self, input: NodeInput<u64>) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let outputs = self.node.step(self.now, input);
            inputs.extend(outputs.into_iter().filter_map(|it| self.answer(it)));
        }
    }

    fn answer(&mut self, output: NodeOutput<u64>) -> Option<NodeInput<u64>> {
        match output {
            NodeOutput::Beat(heartbeat) => Some(NodeInput::Heard(heartbeat)),
            NodeOutput::ReadLeader { request } => {
                let key = LeaderKey {
                    revision: 0,
                    record: None,
                };
                Some(NodeInput::Election(ElectionInput::Read { request, key }))
            }
            NodeOutput::WriteLeader { request, .. } => {
                let revision = 10 + request;
                let written = ElectionInput::Written { request, revision };
                Some(NodeInput::Election(written))
            }
            NodeOutput::ReadTable => {
                let read = self.stored.clone();
                if self.node.leads()
                    && let Some(later) = self.overtaking.take()
                {
                    self.stored = Some(later.clone());
                    self.tell(NodeInput::TableHeard(later));
                }
                Some(NodeInput::TableRead(read))
            }
            NodeOutput::WriteTable {
                request,
                expected,
                table,
            } => {
                if self.is_full {
                    self.refused += 1;
                    assert!(self.refused < 100, "it never stops to write");
                    return Some(NodeInput::TableUnwritten { request });
                }
                let stored = self.stored.as_ref().unwrap();
                assert_eq!(expected, stored.revision);
                assert!(
                    table.epoch() > stored.table.epoch(),
                    "an epoch is there twice"
                );
                let revision = expected + 1;
                self.stored = Some(StoredTable { revision, table });
                Some(NodeInput::TableWritten { request, revision })
            }
            NodeOutput::Ping { .. }
            | NodeOutput::AskServer { .. }
            | NodeOutput::Dismiss(_)
            | NodeOutput::Release(_)
            | NodeOutput::Table(_)
            | NodeOutput::Begin { .. }
            | NodeOutput::End(_)
            | NodeOutput::Warm(_)
            | NodeOutput::Dispatch { .. }
            | NodeOutput::Forward { .. }
            | NodeOutput::Refuse { .. }
            | NodeOutput::Instruct { .. }
            | NodeOutput::Answer { .. }
            | NodeOutput::Event(_)
            | NodeOutput::Expelled
            | NodeOutput::Gone => None,
        }
    }

    /// So much time, in which the other node beats.
    fn pass(&mut self, time: Duration, other: &Heartbeat) {
        let until = self.now + time;
        while self.now < until {
            self.now = self.now + Duration::from_millis(50);
            self.tell(NodeInput::Heard(other.clone()));
            self.tell(NodeInput::Tick);
        }
    }

    fn table(&self) -> &ShardTable {
        &self.stored.as_ref().unwrap().table
    }
}

fn process(node: &str) -> NodeProcess {
    NodeId::new(node).unwrap().process(Incarnation(1))
}

fn heartbeat(node: &str) -> Heartbeat {
    Heartbeat {
        process: process(node),
        server: Arc::from("s"),
        version: Arc::from(""),
        load: 0,
        weight: NonZeroU32::MIN,
        availability: Availability::Active,
        epoch: Epoch(1),
    }
}

/// All that `b` had was given to `a`, and another leader than that one has not seen it.
fn taken_from_b() -> ShardTable {
    let count = ShardCount::new(16).unwrap();
    let own = |node| {
        count
            .shards()
            .map(move |it| TableChange::Own(it, process(node)))
    };
    let table = ShardTable::new(count);
    let table = table.changed(FencingToken(1), own("b")).unwrap();
    table.changed(FencingToken(1), own("a")).unwrap()
}

#[test]
fn who_may_not_know_that_all_was_taken_from_it_gets_nothing() {
    let mut leader = Leader::of(process("a"), taken_from_b());
    let mut other = heartbeat("b");
    leader.pass(Duration::from_secs(10), &other);
    assert!(leader.node.leads());
    assert_eq!(leader.node.members().len(), 2);
    assert_eq!(leader.table().nodes(), [process("a")]);

    // It has read the table, so it was another process before, or had nothing.
    other.epoch = leader.table().epoch();
    leader.pass(Duration::from_secs(10), &other);
    assert!(leader.table().nodes().contains(&process("b")));
}

#[test]
fn a_node_that_leaves_waits_for_one_that_has_shards_and_was_not_heard_yet() {
    let count = ShardCount::new(16).unwrap();
    let halves = count.shards().map(|shard| {
        let node = if shard.number() < 8 { "a" } else { "b" };
        TableChange::Own(shard, process(node))
    });
    let table = ShardTable::new(count).changed(FencingToken(1), halves);
    let mut leader = Leader::of(process("a"), table.unwrap());
    leader.tell(NodeInput::Tick);
    leader.tell(NodeInput::Leave);
    leader.tell(NodeInput::Tick);
    assert!(!leader.node.is_drained(), "`b` may take what `a` has");

    let mut other = heartbeat("b");
    other.availability = Availability::Draining;
    leader.pass(Duration::from_secs(1), &other);
    assert!(leader.node.is_drained(), "nobody takes it");
}

#[test]
fn a_leader_that_hears_of_a_later_table_while_it_reads_goes_by_the_later_one() {
    let table = taken_from_b();
    let count = table.count();
    let own = count
        .shards()
        .take(8)
        .map(|it| TableChange::Own(it, process("c")));
    let later = table.changed(FencingToken(2), own).unwrap();
    let overtaking = StoredTable {
        revision: 12,
        table: later.clone(),
    };
    let mut leader = Leader::overtaken(process("a"), table, Some(overtaking));
    leader.pass(Duration::from_secs(10), &heartbeat("b"));
    assert!(leader.node.leads());
    assert_eq!(leader.overtaking, None);
    assert!(leader.table().epoch() > later.epoch());
}

/// A stream that has no majority for a write says so of every other one at once.
#[test]
fn a_leader_whose_tables_are_not_taken_tries_again_now_and_then() {
    let mut leader = Leader::of(process("a"), taken_from_b());
    let mut other = heartbeat("b");
    other.epoch = leader.table().epoch();
    let before = leader.table().clone();
    leader.is_full = true;
    while leader.refused == 0 {
        leader.pass(Duration::from_millis(50), &other);
    }
    leader.pass(Duration::from_secs(2), &other);
    assert!(leader.node.leads());
    assert!((6..=10).contains(&leader.refused), "{}", leader.refused);
    leader.is_full = false;
    leader.pass(NodeSettings::default().look / 8, &other);
    assert!(leader.table().epoch() > before.epoch());
}

#[test]
fn an_order_takes_the_place_of_an_earlier_one_for_the_same_process() {
    let mut leader = Leader::of(process("a"), taken_from_b());
    let mut other = heartbeat("b");
    other.epoch = leader.table().epoch();
    leader.pass(Duration::from_secs(5), &other);
    let mut order = |number, order| {
        let ordered = NodeInput::Ordered { number, order };
        leader.node.step(leader.now, ordered)
    };
    let told = |availability| NodeOutput::Instruct {
        process: process("b"),
        availability,
    };
    let drain = order(1, ClusterOrder::Drain(process("b").node));
    assert_eq!(drain, [told(Availability::Draining)]);
    let cordon = order(2, ClusterOrder::Cordon(process("b").node));
    let superseded = NodeOutput::Answer {
        number: 1,
        outcome: OrderOutcome::Superseded(process("b")),
    };
    assert_eq!(cordon, [superseded, told(Availability::Cordoned)]);
    // It has heard of neither.
    leader.now = leader.now + Duration::from_millis(500);
    let again = leader.node.step(leader.now, NodeInput::Heard(other));
    let again = again.into_iter();
    let again: Vec<_> = again
        .filter(|it| matches!(it, NodeOutput::Instruct { .. }))
        .collect();
    assert_eq!(again, [told(Availability::Cordoned)]);
}

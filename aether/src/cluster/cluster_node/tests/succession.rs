//! A node that comes up where the last leader is gone, and was never heard.

use std::{num::NonZeroU32, sync::Arc};

use crate::cluster::{
    Availability, ClusterNode, ElectionInput, Epoch, FencingToken, Heartbeat, Incarnation,
    LeaderKey, LeaderRecord, Monotonic, NodeId, NodeInput, NodeOutput, NodeProcess, NodeSettings,
    PingAnswer,
};

fn process(node: &str, incarnation: u64) -> NodeProcess {
    NodeId::new(node).unwrap().process(Incarnation(incarnation))
}

fn heartbeat(process: NodeProcess) -> Heartbeat {
    Heartbeat {
        process,
        server: Arc::from("s"),
        version: Arc::from(""),
        load: 0,
        weight: NonZeroU32::MIN,
        availability: Availability::Active,
        epoch: Epoch::default(),
    }
}

/// A node that has read that `b` leads, and the number of the ping with which it seeks it.
fn seeking() -> (ClusterNode<u64>, u64) {
    let mut node = ClusterNode::new(process("a", 1), NodeSettings::default());
    let connected = node.step(Monotonic::ORIGIN, NodeInput::Connected(Arc::from("s")));
    let asked = connected.into_iter().find_map(|it| {
        let NodeOutput::ReadLeader { request } = it else {
            return None;
        };
        Some(request)
    });
    let record = LeaderRecord {
        leader: process("b", 1),
        request: 3,
        token: Some(FencingToken(5)),
    };
    let key = LeaderKey {
        revision: 7,
        record: Some(record),
    };
    let request = asked.unwrap();
    let read = NodeInput::Election(ElectionInput::Read { request, key });
    let outputs = node.step(Monotonic::ORIGIN, read);
    let pings = outputs.into_iter().filter_map(|it| {
        let NodeOutput::Ping { ping, process } = it else {
            return None;
        };
        Some((ping, process))
    });
    let mut pings = pings.filter(|(_, to)| *to == process("b", 1));
    let (ping, _) = pings.next().unwrap();
    (node, ping)
}

fn stands(node: &mut ClusterNode<u64>, input: NodeInput<u64>) -> bool {
    let outputs = node.step(Monotonic::ORIGIN, input);
    let mut outputs = outputs.into_iter();
    outputs.any(|it| matches!(it, NodeOutput::WriteLeader { expected: 7, .. }))
}

#[test]
fn a_leader_that_was_never_heard_is_succeeded_at_once_if_nobody_answers_for_it() {
    let (mut node, ping) = seeking();
    let answer = PingAnswer::NoResponders;
    assert!(stands(&mut node, NodeInput::Pinged { ping, answer }));
}

#[test]
fn a_leader_that_answers_or_was_heard_meanwhile_is_not() {
    let (mut node, ping) = seeking();
    let answer = PingAnswer::Alive(Arc::from("s"));
    assert!(!stands(&mut node, NodeInput::Pinged { ping, answer }));
    let (mut node, ping) = seeking();
    let heard = heartbeat(process("b", 1));
    assert!(!stands(&mut node, NodeInput::Heard(heard)));
    let answer = PingAnswer::NoResponders;
    assert!(!stands(&mut node, NodeInput::Pinged { ping, answer }));
}

#[test]
fn a_leader_of_whose_node_there_is_a_later_process_is_succeeded_at_once() {
    let (mut node, _) = seeking();
    let later = heartbeat(process("b", 2));
    assert!(stands(&mut node, NodeInput::Heard(later)));
}

use std::time::Duration;

use super::{
    model::{Model, NODES, SHARDS},
    script::Trouble,
    trace::State,
};
use crate::cluster::{ClusterOrder, Monotonic, NodeId};

fn node(number: usize) -> NodeId {
    NodeId::new(format!("node-{number}")).unwrap()
}

/// Four nodes that have settled after ten seconds, then this.
fn run(then: &[(u64, Trouble)], seconds: u64) -> Model {
    let started = (0..NODES).map(|number| (0, Trouble::Start(number)));
    let script: Vec<_> = started.chain(then.iter().cloned()).collect();
    let mut model = Model::scripted(&script, Duration::from_secs(seconds));
    // What it says is of the end, when one of them may be drained.
    drop(model.run());
    model
}

/// How many shards a node serves at a moment.
fn served(model: &Model, number: usize, seconds: u64) -> usize {
    let moment = Monotonic::after(Duration::from_secs(seconds));
    let shards = model.trace.shards.values();
    let by = shards.map(|served| served.iter().rfind(|(at, _)| *at <= moment));
    by.filter(|by| by.is_some_and(|(_, by)| *by == Some(number)))
        .count()
}

fn all_served(model: &Model, seconds: u64) -> usize {
    (0..NODES).map(|it| served(model, it, seconds)).sum()
}

#[test]
fn a_node_that_is_drained_has_nothing_until_it_is_wanted_again() {
    let drain = (12_000, Trouble::Order(ClusterOrder::Drain(node(2))));
    let back = (20_000, Trouble::Order(ClusterOrder::Uncordon(node(2))));
    let model = run(&[drain, back], 30);
    let share = usize::try_from(SHARDS).unwrap() / NODES;
    assert_eq!(served(&model, 2, 11), share);
    assert_eq!(served(&model, 2, 19), 0);
    assert_eq!(served(&model, 2, 29), share);
    for seconds in [11, 19, 29] {
        assert_eq!(all_served(&model, seconds), share * NODES);
    }
    // It is the same process all the time.
    let states = &model.trace.nodes[&2];
    assert!(states.iter().all(|(_, state)| *state != State::Gone));
}

#[test]
fn a_node_that_is_cordoned_keeps_what_it_has_and_gets_nothing_of_the_dead() {
    let cordon = (12_000, Trouble::Order(ClusterOrder::Cordon(node(1))));
    let crash = (13_000, Trouble::Crash(3));
    let model = run(&[cordon, crash], 20);
    let share = usize::try_from(SHARDS).unwrap() / NODES;
    assert_eq!(served(&model, 1, 19), share);
    assert_eq!(all_served(&model, 19), share * NODES);
}

#[test]
fn to_rebalance_does_not_wait_for_a_node_to_settle() {
    let share = usize::try_from(SHARDS).unwrap() / NODES;
    let crash = (12_000, Trouble::Crash(3));
    let start = (14_000, Trouble::Start(3));
    let waits = run(&[crash.clone(), start.clone()], 16);
    assert_eq!(served(&waits, 3, 16), 0);
    let urged = (15_000, Trouble::Order(ClusterOrder::Rebalance));
    let urged = run(&[crash, start, urged], 16);
    assert_eq!(served(&urged, 3, 16), share);
}

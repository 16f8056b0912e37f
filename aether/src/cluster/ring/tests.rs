use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn node(number: u32) -> NodeId {
    NodeId::new(format!("node-{number}")).unwrap()
}

fn ring(nodes: u32) -> ConsistentHashRing {
    (0..nodes).map(node).collect()
}

fn keys(count: u32) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("order-{number}"))
}

/// The nodes were worked out with the hash's reference implementation in C.
#[test]
fn a_key_has_the_node_that_it_had_in_every_release() {
    let ring = ring(5);
    let owners: Vec<_> = keys(8)
        .map(|key| ring.node(&key).unwrap().as_str().to_owned())
        .collect();
    let nodes = [3, 1, 2, 3, 1, 1, 4, 1].map(|number| node(number).as_str().to_owned());
    assert_eq!(owners, nodes);
}

#[test]
fn a_ring_without_nodes_has_no_node_for_a_key() {
    let mut ring = ring(1);
    assert_eq!(ring.node("a"), Some(&node(0)));
    assert!(ring.remove(&node(0)));
    assert!(!ring.remove(&node(0)));
    assert_eq!(ring.node("a"), None);
    assert_eq!(ring.nodes("a").count(), 0);
}

/// The figures in the docs of the ring are of a million keys; these bounds are loose enough for a
/// fiftieth of them.
#[test]
fn ten_nodes_have_within_a_third_of_their_fair_share() {
    let ring = ring(10);
    let mut load = HashMap::new();
    for key in keys(20_000) {
        *load
            .entry(ring.node(&key).unwrap().clone())
            .or_insert(0_u32) += 1;
    }
    assert_eq!(load.len(), 10);
    for (node, keys) in load {
        assert!((1_340..=2_660).contains(&keys), "{node} has {keys}");
    }
}

#[test]
fn a_node_of_three_times_the_weight_has_three_times_the_keys() {
    let weight = |weight| NonZeroU32::new(weight).unwrap();
    let ring: ConsistentHashRing = (0..8)
        .map(|number| (node(number), weight(if number < 4 { 3 } else { 1 })))
        .collect();
    let heavy = keys(20_000).filter(|key| {
        let owner = ring.node(key).unwrap();
        (0..4).any(|number| node(number) == *owner)
    });
    let heavy = heavy.count();
    assert!((13_800..16_200).contains(&heavy), "{heavy} of 20,000");
}

proptest! {
    #[test]
    fn the_order_in_which_nodes_came_does_not_matter(
        order in Just((0..12_u32).collect::<Vec<_>>()).prop_shuffle(),
        keys: Vec<String>,
    ) {
        let mut one = ConsistentHashRing::new();
        for number in order {
            one.insert(node(number), NonZeroU32::MIN);
        }
        let other = ring(12);
        for key in keys {
            prop_assert_eq!(one.node(&key), other.node(&key));
        }
    }

    #[test]
    fn a_key_moves_only_from_a_node_that_leaves_and_to_its_next_node(
        nodes in 1..12_u32,
        leaver in 0..12_u32,
        keys in proptest::collection::vec(".{0,12}", 1..50),
    ) {
        let before = ring(nodes);
        let mut after = before.clone();
        let left = after.remove(&node(leaver));
        prop_assert_eq!(left, leaver < nodes);
        for key in keys {
            let owners: Vec<_> = before.nodes(&key).collect();
            prop_assert_eq!(owners.len(), nodes as usize);
            prop_assert_eq!(before.node(&key), owners.first().copied());
            let next = owners.iter().find(|it| ***it != node(leaver)).copied();
            prop_assert_eq!(after.node(&key), next);
        }
    }
}

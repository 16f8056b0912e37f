use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::cluster::{FencingToken, Incarnation, NodeId, ShardCount, table::tests::table};

fn node(number: usize) -> NodeProcess {
    let node = NodeId::new(format!("node-{number}")).unwrap();
    node.process(Incarnation(1))
}

fn candidate(number: usize, weight: u32, availability: Availability) -> Candidate {
    Candidate {
        node: node(number),
        weight: NonZeroU32::new(weight).unwrap(),
        availability,
    }
}

fn active(numbers: impl IntoIterator<Item = usize>) -> Vec<Candidate> {
    let numbers = numbers.into_iter();
    numbers
        .map(|number| candidate(number, 1, Availability::Active))
        .collect()
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let availability = prop_oneof![
        4 => Just(Availability::Active),
        1 => Just(Availability::Cordoned),
        1 => Just(Availability::Draining),
    ];
    let weight = prop_oneof![3 => Just(1_u32), 1 => 1..9_u32];
    let some = vec((0..8_usize, weight, availability), 0..8);
    some.prop_map(|some| {
        let named: BTreeMap<_, _> = some
            .into_iter()
            .map(|(number, weight, availability)| (number, candidate(number, weight, availability)))
            .collect();
        named.into_values().collect()
    })
}

/// The table once all of the plan was carried out.
fn carried_out(table: &ShardTable, plan: &Plan) -> ShardTable {
    let moves = |make: fn(&Move) -> TableChange| plan.moves.iter().map(make).collect::<Vec<_>>();
    let begun = moves(|it| TableChange::Move(it.shard, it.to.clone()));
    let changes = plan.adoptions().chain(begun);
    let table = table.changed(table.token(), changes).unwrap();
    let arrived = table.moving();
    let arrived = arrived.map(|(shard, to)| TableChange::Own(shard, to.clone()));
    table.changed(table.token(), arrived).unwrap()
}

/// A table whose shards have all arrived, shared by nodes of weight one.
fn settled(shards: u32, nodes: usize) -> ShardTable {
    let table = ShardTable::new(ShardCount::new(shards).unwrap());
    carried_out(&table, &Plan::new(&table, &active(0..nodes)))
}

fn load(table: &ShardTable, node: &NodeProcess) -> u64 {
    let owners = table.owners().filter(|(_, owner)| *owner == Some(node));
    u64::try_from(owners.count()).unwrap()
}

/// Each shard and the node that it counts as on: that of its move, if that one takes shards.
fn presence(table: &ShardTable, candidates: &[Candidate]) -> Vec<Option<NodeProcess>> {
    let find = |id: &&NodeProcess| candidates.iter().find(|it| it.node == **id);
    let takes =
        |id: &&NodeProcess| find(id).is_some_and(|it| it.availability == Availability::Active);
    let shards = table.count().shards();
    let present = shards.map(|shard| {
        let to = table.moving_to(shard).filter(takes);
        to.or_else(|| table.owner(shard).filter(|id| find(id).is_some()))
    });
    present.map(Option::<&NodeProcess>::cloned).collect()
}

/// The fewest shards that have to leave a node that is there, over all fair tables there are.
fn fewest_moves(table: &ShardTable, candidates: &[Candidate]) -> u64 {
    let presence = presence(table, candidates);
    let load = |it: &Candidate| {
        let here = presence
            .iter()
            .filter(|node| node.as_ref() == Some(&it.node));
        u64::try_from(here.count()).unwrap()
    };
    let having = |availability| {
        let some = candidates
            .iter()
            .filter(move |it| it.availability == availability);
        some.collect::<Vec<_>>()
    };
    let active = having(Availability::Active);
    if active.is_empty() {
        return 0;
    }
    let kept: u64 = having(Availability::Cordoned).into_iter().map(load).sum();
    let drained: u64 = having(Availability::Draining).into_iter().map(load).sum();
    let shared = u64::from(table.count().get()) - kept;
    let weights: u64 = active.iter().map(|it| u64::from(it.weight.get())).sum();
    // Every way to round: bit n says that the n-th is rounded up.
    let ways = (0..1_u32 << active.len()).filter_map(|way| {
        let mut quotas = Vec::new();
        for (number, it) in active.iter().enumerate() {
            let part = shared * u64::from(it.weight.get());
            let up = u64::from(way >> number & 1);
            if up == 1 && part.is_multiple_of(weights) {
                return None;
            }
            quotas.push(part / weights + up);
        }
        let moves = |(it, quota): (&&Candidate, &u64)| load(it).saturating_sub(*quota);
        let fits = quotas.iter().sum::<u64>() == shared;
        fits.then(|| active.iter().zip(&quotas).map(moves).sum::<u64>())
    });
    drained + ways.min().unwrap()
}

#[test]
fn the_first_plan_gives_every_node_its_share_at_once() {
    let table = ShardTable::new(ShardCount::default());
    let plan = Plan::new(&table, &active(0..3));
    assert_eq!((plan.orphans.len(), plan.moves.len()), (4_096, 0));
    let table = carried_out(&table, &plan);
    let loads = [0, 1, 2].map(|number| load(&table, &node(number)));
    assert_eq!(loads, [1_366, 1_365, 1_365]);
}

#[test]
fn what_a_node_that_died_had_goes_to_all_others_and_nothing_else_moves() {
    let table = settled(4_096, 10);
    let lost = load(&table, &node(4));
    let plan = Plan::new(&table, &active((0..10).filter(|it| *it != 4)));
    assert_eq!((plan.orphans.len() as u64, plan.moves.len()), (lost, 0));
    let heirs: BTreeSet<_> = plan.orphans.iter().map(|(_, to)| to).collect();
    assert_eq!(heirs.len(), 9);
}

#[test]
fn a_node_that_joins_gets_its_share_and_no_more_moves() {
    let table = settled(4_096, 100);
    let plan = Plan::new(&table, &active(0..101));
    assert_eq!(plan.moves.len(), 4_096 / 101);
    assert!(plan.moves.iter().all(|it| it.to == node(100)));
    // Taken one by one, they come from as many nodes as there are moves.
    let sources: BTreeSet<_> = plan.moves.iter().map(|it| &it.from).collect();
    assert_eq!(sources.len(), plan.moves.len());
}

#[test]
fn a_cordoned_node_keeps_what_it_has_and_gets_no_more() {
    let table = settled(64, 4);
    let mut candidates = active(0..3);
    candidates.push(candidate(3, 1, Availability::Cordoned));
    assert!(Plan::new(&table, &candidates).is_empty());
    candidates.remove(0);
    let table = carried_out(&table, &Plan::new(&table, &candidates));
    let loads = [1, 2, 3].map(|number| load(&table, &node(number)));
    assert_eq!(loads, [24, 24, 16]);
}

#[test]
fn a_draining_node_gives_all_away() {
    let table = settled(64, 4);
    let mut candidates = active(0..3);
    candidates.push(candidate(3, 1, Availability::Draining));
    let plan = Plan::new(&table, &candidates);
    assert_eq!(plan.moves.len(), 16);
    assert_eq!(load(&carried_out(&table, &plan), &node(3)), 0);
}

#[test]
fn with_nobody_to_take_them_shards_stay_where_they_are() {
    let table = settled(64, 2);
    let draining = [candidate(0, 1, Availability::Draining)];
    assert!(Plan::new(&table, &draining).is_empty());
    assert!(Plan::new(&table, &[]).is_empty());
}

#[test]
fn a_move_is_called_off_when_its_target_is_gone() {
    let table = settled(64, 2);
    let to_third = TableChange::Move(Shard(0), node(2));
    let table = table.changed(FencingToken(1), [to_third]).unwrap();
    let plan = Plan::new(&table, &active(0..2));
    assert_eq!(plan.cancelled, [Shard(0)]);
    assert!(plan.moves.is_empty() && plan.orphans.is_empty());
}

#[test]
fn a_move_to_a_node_that_is_gone_is_called_off_even_if_the_shard_has_to_move_all_the_same() {
    let table = settled(2, 1);
    let to_third = TableChange::Move(Shard(1), node(2));
    let table = table.changed(FencingToken(1), [to_third]).unwrap();
    let mut candidates = active(1..2);
    candidates.push(candidate(0, 1, Availability::Draining));
    let plan = Plan::new(&table, &candidates);
    assert_eq!((plan.cancelled, plan.moves.len()), (vec![Shard(1)], 2));
}

#[test]
fn an_orphan_goes_where_it_was_moving_to() {
    let table = settled(64, 2);
    let shard = table.owners().find(|(_, owner)| *owner == Some(&node(0)));
    let shard = shard.unwrap().0;
    let to_third = TableChange::Move(shard, node(2));
    let table = table.changed(FencingToken(1), [to_third]).unwrap();
    let plan = Plan::new(&table, &active(1..3));
    assert!(plan.orphans.contains(&(shard, node(2))));
}

proptest! {
    #[test]
    fn a_plan_moves_exactly_as_many_shards_as_it_must(
        table in table(), candidates in candidates(),
    ) {
        let before = presence(&table, &candidates);
        let after = presence(&carried_out(&table, &Plan::new(&table, &candidates)), &candidates);
        let moved = before.iter().zip(&after).filter(|(one, other)| one.is_some() && one != other);
        let moved = u64::try_from(moved.count()).unwrap();
        prop_assert_eq!(moved, fewest_moves(&table, &candidates));
    }

    #[test]
    fn after_a_plan_each_active_node_is_within_one_shard_of_its_share(
        table in table(), candidates in candidates(),
    ) {
        let before = presence(&table, &candidates);
        let table = carried_out(&table, &Plan::new(&table, &candidates));
        let active = candidates.iter().filter(|it| it.availability == Availability::Active);
        let weights: u64 = active.clone().map(|it| u64::from(it.weight.get())).sum();
        prop_assume!(weights > 0);
        let cordoned = |it: &&Candidate| it.availability == Availability::Cordoned;
        let mut kept = 0;
        for it in candidates.iter().filter(cordoned) {
            let had = before.iter().filter(|node| node.as_ref() == Some(&it.node)).count();
            prop_assert_eq!(load(&table, &it.node), u64::try_from(had).unwrap());
            kept += load(&table, &it.node);
        }
        let shared = u64::from(table.count().get()) - kept;
        for it in active {
            let share = shared * u64::from(it.weight.get());
            let beside = (load(&table, &it.node) * weights).abs_diff(share);
            prop_assert!(beside < weights, "{} of {share}/{weights}", load(&table, &it.node));
        }
        // Nothing is left on who drains, or on nobody.
        let kept = |owner| candidates.iter().any(|it| {
            Some(&it.node) == owner && it.availability != Availability::Draining
        });
        prop_assert!(table.owners().all(|(_, owner)| kept(owner)));
    }

    #[test]
    fn a_plan_that_was_carried_out_leaves_nothing_to_do(
        table in table(), candidates in candidates(),
    ) {
        let done = carried_out(&table, &Plan::new(&table, &candidates));
        let next = Plan::new(&done, &candidates);
        prop_assert!(next.is_empty(), "{next:?}");
    }

    #[test]
    fn a_plan_that_is_carried_out_bit_by_bit_moves_nothing_twice(
        table in table(), candidates in candidates(), at_once in 1..5_usize,
    ) {
        let whole = Plan::new(&table, &candidates);
        let mut moved = 0;
        let mut table = table.changed(table.token(), whole.adoptions()).unwrap();
        loop {
            let mut some = Plan::new(&table, &candidates);
            prop_assert!(some.orphans.is_empty() && some.cancelled.is_empty());
            some.moves.truncate(at_once);
            if some.moves.is_empty() {
                break;
            }
            moved += some.moves.len();
            prop_assert!(moved <= whole.moves.len(), "more than {}", whole.moves.len());
            table = carried_out(&table, &some);
        }
        prop_assert_eq!(moved, whole.moves.len());
    }

    #[test]
    fn a_plan_does_not_depend_on_the_order_of_the_candidates(
        table in table(),
        (one, other) in candidates().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
    ) {
        prop_assert_eq!(Plan::new(&table, &one), Plan::new(&table, &other));
    }
}

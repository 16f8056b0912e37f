use super::*;
use crate::cluster::{Incarnation, NodeId, ShardCount};

fn node(id: &str) -> NodeProcess {
    NodeId::new(id).unwrap().process(Incarnation(1))
}

fn shard(number: u32) -> Shard {
    ShardCount::new(8).unwrap().shard(number).unwrap()
}

fn at(millis: u64) -> Monotonic {
    Monotonic::after(Duration::from_millis(millis))
}

fn candidate(id: &str, availability: Availability) -> Candidate {
    Candidate {
        node: node(id),
        weight: NonZeroU32::MIN,
        availability,
    }
}

fn members(ids: &[&str]) -> BalancerInput {
    let active = |id: &&str| candidate(id, Availability::Active);
    BalancerInput::Members {
        candidates: ids.iter().map(active).collect(),
        mixed: false,
    }
}

/// A table of eight shards of these nodes in turns, written by the leader before.
fn table(ids: &[&str]) -> ShardTable {
    let table = ShardTable::new(ShardCount::new(8).unwrap());
    let owners = table.count().shards().zip(ids.iter().cycle());
    let owners = owners.map(|(shard, id)| TableChange::Own(shard, node(id)));
    table.changed(FencingToken(1), owners).unwrap()
}

fn balancer(table: ShardTable) -> Balancer {
    let timing = BalanceTiming {
        moves: 2,
        ..BalanceTiming::default()
    };
    Balancer::new(FencingToken(5), timing, table)
}

/// Lets the balancer write as long as it wants to, and gives all that it wrote.
fn settle(balancer: &mut Balancer, now: u64, input: BalancerInput) -> Vec<ShardTable> {
    let mut tables = Vec::new();
    let mut outputs = balancer.step(at(now), input);
    while let Some(output) = outputs.pop() {
        let BalancerOutput::Write(table) = output else {
            panic!("superseded");
        };
        tables.push(table);
        outputs = balancer.step(at(now), BalancerInput::Written);
    }
    tables
}

fn count(table: &ShardTable, id: &str) -> usize {
    let owners = table.owners();
    owners
        .filter(|(_, owner)| *owner == Some(&node(id)))
        .count()
}

fn released(balancer: &Balancer, shard: Shard, epoch: Epoch) -> BalancerInput {
    let table = balancer.table();
    BalancerInput::Released {
        shard,
        from: table.owner(shard).unwrap().clone(),
        to: table.moving_to(shard).unwrap().clone(),
        epoch,
    }
}

/// A balancer that has two shards of `a` moved to `b`, since four seconds.
fn moving() -> Balancer {
    let mut balancer = balancer(table(&["a"]));
    settle(&mut balancer, 0, members(&["a", "b"]));
    settle(&mut balancer, 4_000, BalancerInput::Tick);
    assert_eq!(balancer.table().moving().len(), 2);
    balancer
}

fn first(balancer: &Balancer) -> Shard {
    let (shard, _) = balancer.table().moving().next().unwrap();
    shard
}

#[test]
fn a_leader_first_makes_its_token_known() {
    let mut balancer = balancer(table(&["a", "b"]));
    let written = settle(&mut balancer, 0, members(&["a", "b"]));
    let tokens: Vec<_> = written.iter().map(ShardTable::token).collect();
    assert_eq!(tokens, [FencingToken(5)]);
    assert_eq!(settle(&mut balancer, 10_000, BalancerInput::Tick), []);
}

#[test]
fn what_nobody_has_is_given_out_at_once() {
    let mut balancer = balancer(ShardTable::new(ShardCount::new(8).unwrap()));
    settle(&mut balancer, 0, members(&["a", "b"]));
    assert_eq!(count(balancer.table(), "a"), 4);
    assert_eq!(count(balancer.table(), "b"), 4);
}

#[test]
fn who_was_never_heard_of_keeps_what_it_has_for_a_while() {
    let mut balancer = balancer(table(&["a", "b"]));
    settle(&mut balancer, 0, members(&["a"]));
    assert_eq!(balancer.next_wake(at(0)), Some(at(1_500)));
    settle(&mut balancer, 1_499, BalancerInput::Tick);
    assert_eq!(count(balancer.table(), "b"), 4);
    settle(&mut balancer, 1_500, BalancerInput::Tick);
    assert_eq!(count(balancer.table(), "a"), 8);
    assert_eq!(
        balancer.table().seized_in(shard(1)),
        balancer.table().epoch()
    );
}

#[test]
fn who_was_never_heard_of_and_has_come_back_as_a_later_process_loses_everything_at_once() {
    let mut balancer = balancer(table(&["a", "b"]));
    let later = Candidate {
        node: NodeId::new("b").unwrap().process(Incarnation(2)),
        ..candidate("b", Availability::Active)
    };
    let candidates = vec![candidate("a", Availability::Active), later];
    let mixed = false;
    let tables = settle(
        &mut balancer,
        0,
        BalancerInput::Members { candidates, mixed },
    );
    assert_eq!(count(tables.last().unwrap(), "b"), 0);
    assert_eq!(count(tables.last().unwrap(), "a"), 4);
}

#[test]
fn who_was_there_and_is_gone_loses_everything_at_once() {
    let mut balancer = balancer(table(&["a", "b"]));
    settle(&mut balancer, 0, members(&["a", "b"]));
    settle(&mut balancer, 10, members(&["a"]));
    assert_eq!(count(balancer.table(), "a"), 8);
}

#[test]
fn for_balance_a_few_shards_move_at_a_time_and_none_as_long_as_someone_has_just_come() {
    let mut balancer = balancer(table(&["a"]));
    settle(&mut balancer, 0, members(&["a", "b"]));
    settle(&mut balancer, 2_999, BalancerInput::Tick);
    assert_eq!(balancer.table().moving().len(), 0);
    settle(&mut balancer, 3_000, BalancerInput::Tick);
    assert_eq!(balancer.table().moving().len(), 2);
    let (shard, epoch) = (first(&balancer), balancer.table().epoch());
    let input = released(&balancer, shard, epoch);
    let written = settle(&mut balancer, 3_001, input);
    // The next one sets out when one has arrived.
    assert_eq!(balancer.table().owner(shard), Some(&node("b")));
    assert_eq!(balancer.table().seized_in(shard), Epoch(0));
    assert_eq!((written.len(), balancer.table().moving().len()), (1, 2));
}

#[test]
fn for_balance_nothing_moves_between_versions() {
    let mut balancer = balancer(table(&["a"]));
    let mixed = BalancerInput::Members {
        candidates: ["a", "b"]
            .map(|id| candidate(id, Availability::Active))
            .into(),
        mixed: true,
    };
    settle(&mut balancer, 0, mixed);
    settle(&mut balancer, 60_000, BalancerInput::Tick);
    assert_eq!(balancer.table().moving().len(), 0);
}

#[test]
fn who_drains_gives_at_any_time() {
    let mut balancer = balancer(table(&["a", "b"]));
    let draining = BalancerInput::Members {
        candidates: vec![
            candidate("a", Availability::Draining),
            candidate("b", Availability::Active),
        ],
        mixed: true,
    };
    settle(&mut balancer, 0, draining);
    assert_eq!(balancer.table().moving().len(), 2);
}

#[test]
fn who_does_not_release_a_shard_in_time_loses_it_without() {
    let mut balancer = moving();
    let shard = first(&balancer);
    assert_eq!(settle(&mut balancer, 8_999, BalancerInput::Tick), []);
    settle(&mut balancer, 9_000, BalancerInput::Tick);
    assert_eq!(balancer.table().owner(shard), Some(&node("b")));
    assert_eq!(
        balancer.table().seized_in(shard),
        balancer.table().owned_since(shard)
    );
}

#[test]
fn a_release_of_an_earlier_move_says_nothing() {
    let mut balancer = moving();
    let (shard, epoch) = (first(&balancer), balancer.table().epoch());
    let earlier = released(&balancer, shard, Epoch(epoch.0 - 1));
    assert_eq!(settle(&mut balancer, 4_001, earlier), []);
    let mut elsewhere = released(&balancer, shard, epoch);
    if let BalancerInput::Released { to, .. } = &mut elsewhere {
        *to = node("c");
    }
    assert_eq!(settle(&mut balancer, 4_001, elsewhere), []);
}

#[test]
fn a_move_to_one_who_has_gone_is_called_off_though_it_is_released() {
    let mut balancer = moving();
    let (shard, epoch) = (first(&balancer), balancer.table().epoch());
    // Another write is under way when the release comes.
    let wrote = balancer.step(at(4_001), members(&["a"]));
    assert_eq!(wrote.len(), 1);
    let input = released(&balancer, shard, epoch);
    assert_eq!(balancer.step(at(4_002), input), []);
    settle(&mut balancer, 4_003, BalancerInput::Written);
    assert_eq!(balancer.table().owner(shard), Some(&node("a")));
    assert_eq!(balancer.table().moving().len(), 0);
}

#[test]
fn a_write_that_did_not_succeed_is_made_anew_on_what_is_stored() {
    let mut balancer = balancer(table(&["a", "b"]));
    balancer.step(at(0), members(&["a", "b"]));
    let stored = table(&["a", "b"]).changed(FencingToken(4), []).unwrap();
    let wrote = balancer.step(at(1), BalancerInput::Found(stored.clone()));
    let [BalancerOutput::Write(wrote)] = wrote.as_slice() else {
        panic!("{wrote:?}");
    };
    assert_eq!(wrote.epoch(), Epoch(stored.epoch().0 + 1));
    // It was stored after all.
    assert_eq!(
        balancer.step(at(2), BalancerInput::Found(wrote.clone())),
        []
    );
    assert_eq!(balancer.table(), wrote);
}

#[test]
fn a_leader_stops_when_a_later_one_has_written() {
    let mut balancer = balancer(table(&["a"]));
    balancer.step(at(0), members(&["a"]));
    let later = table(&["a"]).changed(FencingToken(6), []).unwrap();
    let said = balancer.step(at(1), BalancerInput::Found(later));
    assert_eq!(said, [BalancerOutput::Superseded]);
    assert_eq!(balancer.step(at(2), members(&[])), []);
}

/// A balancer whose table with two moves of `a` to `b` is being written.
fn asking() -> (Balancer, ShardTable) {
    let mut balancer = balancer(table(&["a"]));
    settle(&mut balancer, 0, members(&["a", "b"]));
    let outputs = balancer.step(at(4_000), BalancerInput::Tick);
    let [BalancerOutput::Write(table)] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(table.moving().len(), 2);
    (balancer, table.clone())
}

fn early(table: &ShardTable, epoch: Epoch) -> (Shard, BalancerInput) {
    let (shard, to) = table.moving().next().unwrap();
    let released = BalancerInput::Released {
        shard,
        from: table.owner(shard).unwrap().clone(),
        to: to.clone(),
        epoch,
    };
    (shard, released)
}

#[test]
fn a_release_that_comes_before_it_is_known_that_its_table_is_stored_is_not_lost() {
    let (mut balancer, table) = asking();
    let (shard, released) = early(&table, table.epoch());
    assert_eq!(balancer.step(at(4_001), released), []);
    let outputs = balancer.step(at(4_002), BalancerInput::Written);
    let [BalancerOutput::Write(next)] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(next.owner(shard), Some(&node("b")));
    let (other, _) = table.moving().nth(1).unwrap();
    assert_eq!(next.owner(other), Some(&node("a")), "it was not released");
}

#[test]
fn an_early_release_counts_for_nothing_if_its_table_is_not_stored() {
    let (mut balancer, table) = asking();
    let (shard, released) = early(&table, table.epoch());
    balancer.step(at(4_001), released);
    let before = balancer.table().clone();
    let outputs = balancer.step(at(4_002), BalancerInput::Found(before));
    let [BalancerOutput::Write(again)] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(again.moving_to(shard), Some(&node("b")));
    let outputs = balancer.step(at(4_003), BalancerInput::Written);
    assert_eq!(outputs, [], "nothing was released of this table");
    // Nor does one of another epoch than the table that asks for it.
    let (mut balancer, table) = asking();
    let (_, released) = early(&table, Epoch(table.epoch().0 + 1));
    balancer.step(at(4_001), released);
    assert_eq!(balancer.step(at(4_002), BalancerInput::Written), []);
}

/// A balancer that has handed over one of two shards of `a`, and so asked for a third, while the
/// second was released at 4,003.
fn gathering() -> (Balancer, Shard) {
    let mut balancer = moving();
    let (shard, epoch) = (first(&balancer), balancer.table().epoch());
    let (late, _) = balancer.table().moving().nth(1).unwrap();
    let input = released(&balancer, shard, epoch);
    settle(&mut balancer, 4_002, input);
    let input = released(&balancer, late, epoch);
    assert_eq!(balancer.step(at(4_003), input), []);
    (balancer, late)
}

#[test]
fn what_was_released_late_is_handed_over_with_what_the_last_table_asked_for() {
    let (mut balancer, late) = gathering();
    let moving = balancer.table().moving().map(|(shard, _)| shard);
    let asked = moving.filter(|it| *it != late).last().unwrap();
    let input = released(&balancer, asked, balancer.table().epoch());
    let written = settle(&mut balancer, 4_004, input);
    assert_eq!(written.len(), 1);
    for shard in [late, asked] {
        assert_eq!(balancer.table().owner(shard), Some(&node("b")));
    }
}

#[test]
fn what_was_released_late_does_not_wait_for_ever() {
    let (mut balancer, late) = gathering();
    assert_eq!(balancer.next_wake(at(4_003)), Some(at(4_007)));
    assert_eq!(settle(&mut balancer, 4_006, BalancerInput::Tick), []);
    settle(&mut balancer, 4_007, BalancerInput::Tick);
    assert_eq!(balancer.table().owner(late), Some(&node("b")));
}

#[test]
fn what_was_released_late_goes_with_what_a_node_that_has_gone_leaves_behind() {
    let (mut balancer, late) = gathering();
    settle(&mut balancer, 4_004, members(&["b"]));
    assert_eq!(balancer.table().owner(late), Some(&node("b")));
    assert_eq!(count(balancer.table(), "b"), 8);
}

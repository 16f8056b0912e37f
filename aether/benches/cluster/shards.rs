use std::{collections::HashMap, hint::black_box, iter::repeat_n, num::NonZeroU32, time::Instant};

use aether::cluster::{
    Availability, Candidate, ConsistentHashRing, FencingToken, Incarnation, NodeId, Plan,
    ShardCount, ShardTable, TableChange,
};

use crate::{Failure, Outcome};

/// Looks so many keys up, or hashes them alone.
pub(crate) fn count(what: &str, times: usize) -> Outcome {
    if what == "hash" {
        hash(&keys(1_000), times);
    } else {
        look_up(&shared(100)?, &keys(1_000), times);
    }
    Ok(())
}

pub(crate) fn run(measuring: bool) -> Outcome {
    if measuring {
        report(1_000_000, &[3, 10, 100, 1_000], 2_000)
    } else {
        report(1_000, &[3], 1)
    }
}

fn node(number: u32) -> Result<NodeId, Failure> {
    Ok(NodeId::new(format!("node-{number}"))?)
}

fn nodes(count: u32) -> Result<Vec<NodeId>, Failure> {
    (0..count).map(node).collect()
}

/// Keys of 16 bytes.
fn keys(count: u32) -> Vec<String> {
    (0..count)
        .map(|number| format!("order-{number:010}"))
        .collect()
}

fn candidates(nodes: Vec<NodeId>) -> Vec<Candidate> {
    let active = |node: NodeId| Candidate {
        node: node.process(Incarnation(1)),
        weight: NonZeroU32::MIN,
        availability: Availability::Active,
    };
    nodes.into_iter().map(active).collect()
}

/// The table once the plan for these nodes was carried out, and how many shards moved for it.
fn replanned(table: &ShardTable, nodes: Vec<NodeId>) -> Result<(ShardTable, usize), Failure> {
    let plan = Plan::new(table, &candidates(nodes));
    let moves = plan.moves.iter();
    let moves = moves.map(|it| TableChange::Own(it.shard, it.to.clone()));
    let moved = plan.moves.len() + plan.orphans.len();
    let table = table.changed(FencingToken(1), plan.adoptions().chain(moves))?;
    Ok((table, moved))
}

fn shared(count: u32) -> Result<ShardTable, Failure> {
    let table = ShardTable::new(ShardCount::default());
    Ok(replanned(&table, nodes(count)?)?.0)
}

fn look_up(table: &ShardTable, keys: &[String], times: usize) {
    for key in keys.iter().cycle().take(times) {
        black_box(table.owner_of(black_box("Order"), black_box(key)));
    }
}

fn hash(keys: &[String], times: usize) {
    let count = ShardCount::default();
    for key in keys.iter().cycle().take(times) {
        black_box(count.shard_of(black_box("Order"), black_box(key)));
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn report(many: u32, counts: &[u32], rounds: usize) -> Result<(), Failure> {
    let keys = keys(many);
    for &count in counts {
        let (fullest, join, leave) = ring_figures(&keys, count)?;
        println!(
            "ring of {count}: fullest {fullest:.2} of the mean, \
             moved {join:.2} of its share on join, {leave:.2} on leave"
        );
        let (most, least, joined, left, bytes) = table_figures(count)?;
        println!(
            "table of {count}: {least} to {most} shards a node, \
             {joined} moved on join, {left} on leave, {bytes} bytes"
        );
    }
    let some = keys.get(..1_000).unwrap_or(&keys);
    let table = shared(100)?;
    let ring: ConsistentHashRing = nodes(100)?.into_iter().collect();
    let by_table = fastest(rounds, || look_up(&table, some, 1_000)) / 1e3;
    let by_ring = fastest(rounds, || {
        for key in some {
            black_box(ring.node(black_box(key)));
        }
    });
    let encode = fastest(rounds, || drop(black_box(table.encode())));
    let bytes = table.encode();
    let decode = fastest(rounds, || drop(black_box(ShardTable::decode(&bytes))));
    let joined = candidates(nodes(101)?);
    let plan = fastest(rounds.div_ceil(10), || {
        drop(black_box(Plan::new(&table, &joined)));
    });
    println!(
        "lookup with 100 nodes: {by_table:.1} ns by table, {:.1} ns by ring",
        by_ring / 1e3
    );
    println!(
        "table of 4,096 shards and 100 nodes: {:.1} µs to write, {:.1} µs to read, {:.0} µs to plan a join",
        encode / 1e3,
        decode / 1e3,
        plan / 1e3
    );
    Ok(())
}

/// The fullest node over the mean, and what moved over the share of who joined or left.
fn ring_figures(keys: &[String], count: u32) -> Result<(f64, f64, f64), Failure> {
    let ring: ConsistentHashRing = nodes(count)?.into_iter().collect();
    let larger: ConsistentHashRing = nodes(count + 1)?.into_iter().collect();
    let mut smaller = ring.clone();
    let leaver = node(count / 2)?;
    smaller.remove(&leaver);
    let mut load: HashMap<&NodeId, u32> = HashMap::new();
    let (mut joined, mut left) = (0_u32, 0_u32);
    for key in keys {
        let owner = ring.node(key).ok_or("no node")?;
        *load.entry(owner).or_default() += 1;
        joined += u32::from(larger.node(key) != Some(owner));
        left += u32::from(smaller.node(key) != Some(owner));
    }
    let total = f64::from(u32::try_from(keys.len())?);
    let fullest = f64::from(load.into_values().max().unwrap_or_default());
    let share = |nodes: u32| total / f64::from(nodes);
    Ok((
        fullest / share(count),
        f64::from(joined) / share(count + 1),
        f64::from(left) / share(count),
    ))
}

/// The most and the fewest shards of a node, what moved on join and on leave, and the size written.
fn table_figures(count: u32) -> Result<(usize, usize, usize, usize, usize), Failure> {
    let table = shared(count)?;
    let mut load: HashMap<&NodeId, usize> = HashMap::new();
    for (_, owner) in table.owners() {
        *load
            .entry(&owner.ok_or("a shard of nobody")?.node)
            .or_default() += 1;
    }
    let (_, joined) = replanned(&table, nodes(count + 1)?)?;
    let staying = nodes(count)?.into_iter().skip(1).collect();
    let (_, left) = replanned(&table, staying)?;
    let most = load.values().copied().max().unwrap_or_default();
    let least = load.values().copied().min().unwrap_or_default();
    Ok((most, least, joined, left, table.encode().len()))
}

/// Nanoseconds of the fastest round.
#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn fastest(rounds: usize, work: impl Fn()) -> f64 {
    let times = repeat_n((), rounds).map(|()| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e9
    });
    times.fold(f64::INFINITY, f64::min)
}

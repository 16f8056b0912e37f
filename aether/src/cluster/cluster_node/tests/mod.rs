//! Whole nodes on a network that delays, with a store that may not answer; some crash, freeze,
//! leave and come back, seed by seed.

mod leader;
mod model;
mod ordered;
mod picture;
mod rumours;
mod script;
mod succession;
mod trace;

use model::{Flaw, Model, Seen};

/// How many runs there are: `AETHER_SEEDS`, forty if it is not set.
fn seeds() -> std::ops::Range<u64> {
    let seeds = std::env::var("AETHER_SEEDS").ok();
    0..seeds.map_or(40, |it| it.parse().expect("AETHER_SEEDS is a number"))
}

#[test]
fn in_the_end_every_shard_is_served_by_the_one_node_that_has_it() {
    for seed in seeds() {
        if let Err(wrong) = Model::new(seed, Flaw::None).run() {
            panic!("seed {seed}: {wrong}");
        }
    }
}

/// A leader gives away, after its patience, what a process has that it never heard, or another
/// leader took for dead. It did not know that as a death, and let the process back.
#[test]
fn who_was_never_heard_and_lost_all_does_not_come_back_as_the_same_process() {
    Model::new(44, Flaw::None).run().unwrap();
}

#[test]
fn all_that_the_model_can_do_happens() {
    let mut all = Seen::default();
    for seed in 0..40 {
        let mut model = Model::new(seed, Flaw::None);
        model.run().unwrap();
        all.add(&model.seen);
    }
    assert!(all.is_everything(), "{all:?}");
}

#[test]
fn orders_do_no_harm_and_are_gone_by() {
    let mut all = Seen::default();
    // In one of twenty an order comes to the only node.
    for seed in 0..seeds().end.max(120) {
        let mut model = Model::operated(seed);
        if let Err(wrong) = model.run() {
            panic!("seed {seed}: {wrong}");
        }
        all.add(&model.seen);
    }
    assert!(all.is_all_that_is_ordered(), "{all:?}");
}

#[test]
fn without_telling_the_dead_that_they_are_some_shard_is_not_served() {
    let mut runs = seeds().map(|seed| Model::new(seed, Flaw::NoDismissal).run());
    assert!(runs.any(|run| run.is_err()));
}

#[test]
fn without_reading_the_table_now_and_then_some_shard_is_not_served() {
    let mut runs = seeds().map(|seed| Model::new(seed, Flaw::NoLook).run());
    assert!(runs.any(|run| run.is_err()));
}

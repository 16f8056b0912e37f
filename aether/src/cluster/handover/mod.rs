//! Hosts and leaders together, on a network that delays, reorders and loses, with nodes that crash,
//! freeze and drain and leaders that are superseded; seed by seed.

mod actor;
mod member;
mod model;

use model::{Flaw, Model, Seen};

/// How many runs there are: `AETHER_SEEDS`, a hundred if it is not set.
fn seeds() -> std::ops::Range<u64> {
    let seeds = std::env::var("AETHER_SEEDS").ok();
    0..seeds.map_or(100, |it| it.parse().expect("AETHER_SEEDS is a number"))
}

/// Whether it is seen, with some seed, that this is left out.
fn check_found(flaw: Flaw, wrong: &str) {
    let mut runs = seeds().map(|seed| Model::new(seed, flaw).run());
    let found = runs.find(|run| run.as_ref().is_err_and(|it| it.contains(wrong)));
    assert!(found.is_some(), "{flaw:?} was not seen");
}

#[test]
fn shards_change_hands_and_nobody_writes_after_his_successor_began() {
    for seed in seeds() {
        if let Err(wrong) = Model::new(seed, Flaw::None).run() {
            panic!("seed {seed}: {wrong}");
        }
    }
}

#[test]
fn all_that_the_model_can_do_happens() {
    let mut all = Seen::default();
    for seed in 0..50 {
        let mut model = Model::new(seed, Flaw::None);
        model.run().unwrap();
        all.add(&model.seen);
    }
    assert!(all.is_everything(), "{all:?}");
}

#[test]
fn without_barriers_a_late_write_is_found() {
    check_found(Flaw::NoBarrier, "wrote after");
}

#[test]
fn without_looking_at_barriers_a_late_write_is_found() {
    check_found(Flaw::BlindReader, "wrote after");
}

#[test]
fn without_waiting_for_what_runs_a_late_write_is_found() {
    check_found(Flaw::HastyRelease, "wrote after");
}

#[test]
fn without_the_version_check_a_lost_write_is_found() {
    check_found(Flaw::NoVersionCheck, "overwrote");
}

#[test]
fn without_the_token_check_an_earlier_leader_writes_over_a_later_one() {
    check_found(Flaw::NoTokenCheck, "an earlier leader wrote");
}

#[test]
fn without_session_counters_a_command_is_seen_to_take_effect_twice() {
    check_found(Flaw::NoSessions, "took effect twice");
}

//! `Simulation` of nodes that share their actors.

use std::time::Duration;

use aether::{
    cluster::{ShardCount, nats::ClusterOptions},
    simulation::{Defect, Faults, Mishaps, Simulation, seeds},
};

use crate::{letters::posting, simulated::moving};

fn clustered(simulation: Simulation) -> Simulation {
    let shards = ShardCount::new(16).expect("a count");
    simulation.clustered(ClusterOptions::new("tills").shards(shards))
}

fn sharing() -> Simulation {
    // A cluster needs seconds to come to itself.
    let mishaps = Mishaps::usual().every(Duration::from_secs(2));
    clustered(moving()).mishaps(mishaps)
}

/// Nodes that are held up while they store, and are taken for dead.
fn posting_in_time() -> Simulation {
    let mishaps = Mishaps::none().pauses(3).crashes(1);
    let mishaps = mishaps.every(Duration::from_secs(1));
    let faults = Faults::none().delay(Duration::from_millis(20)).slow(15);
    clustered(posting()).mishaps(mishaps).faults(faults)
}

#[test]
fn money_that_is_moved_among_nodes_that_share_the_tills_arrives_once_whatever_happens() {
    let report = sharing().run(seeds(200)).unwrap();
    println!("{report}");
    assert!(report.mishaps > report.seeds, "{report}");
}

#[test]
fn a_seed_gives_the_very_same_run_of_a_cluster_again() {
    for seed in seeds(4) {
        let (once, again) = (sharing().replay(seed), sharing().replay(seed));
        assert_eq!(once.to_string(), again.to_string(), "seed {seed}");
        assert!(once.steps.len() > 50, "{once}");
    }
}

fn found(defect: Defect, seeds: u64) -> String {
    let often = Mishaps::usual().every(Duration::from_secs(1));
    let sharing = sharing().mishaps(often).defect(defect);
    let failure = sharing.run(0..seeds).expect_err("it is found");
    failure.to_string()
}

#[test]
fn a_store_of_a_cluster_without_a_version_check_is_found_out() {
    let text = found(Defect::NoVersionCheck, 100);
    assert!(text.contains("versions have no gaps"), "{text}");
}

#[test]
fn actors_of_a_cluster_that_forget_which_commands_they_have_handled_are_found_out() {
    let text = found(Defect::ForgetsCommands, 100);
    assert!(text.contains("no command has its effect twice"), "{text}");
}

#[test]
fn what_a_node_has_refused_takes_no_effect_whatever_the_one_before_it_stores() {
    let report = posting_in_time().run(seeds(60)).unwrap();
    println!("{report}");
}

#[test]
fn nodes_that_store_no_fences_are_found_out() {
    let careless = posting_in_time().defect(Defect::NoFence);
    let failure = careless.run(0..200).expect_err("it is found");
    let text = failure.to_string();
    assert!(text.contains("what came too late is not posted"), "{text}");
}

#[test]
fn a_cluster_to_which_nothing_happens_moves_nothing_and_finds_nothing() {
    let quiet = sharing().faults(Faults::none()).mishaps(Mishaps::none());
    let report = quiet.run(0..3).unwrap();
    assert_eq!(report.mishaps, 0);
}

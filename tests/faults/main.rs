//! Faults on real servers and on real processes, for some minutes: `make test-faults`.
//!
//! Writers race for versions while servers are killed and stopped and connections are cut; then
//! everything is read back, and each answer that a writer had is judged by what is there. What is
//! done when follows from a seed; `FAULTS_SEED` sets another one. `short.rs` is the same, shorter.

#[cfg(test)]
mod asks;
#[cfg(test)]
mod campaign;
#[cfg(test)]
mod checker;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod dice;
#[cfg(test)]
mod embedded;
#[cfg(test)]
mod follower;
#[cfg(test)]
mod history;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod pace;
#[cfg(test)]
mod schedule;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod summary;
#[cfg(test)]
mod writer;

#[cfg(test)]
mod long {
    use std::env;

    use crate::{
        campaign::Campaign,
        cluster::{self, trouble::troubles},
        dice::Dice,
        orders::{self, Size},
        schedule::schedule,
        servers::Servers,
        summary::Outcome,
    };

    const ROUNDS: usize = 12;
    const EVENTS_OF_A_ROUND: usize = 2_200;

    fn seed() -> u64 {
        let seed = env::var("FAULTS_SEED");
        seed.map_or(1, |seed| seed.parse().expect("FAULTS_SEED is a number"))
    }

    async fn run(servers: Servers) {
        let mut dice = Dice::new(seed());
        let faults = schedule(&mut dice, ROUNDS, servers.count());
        let campaign = Campaign::start(servers, seed()).await;
        let outcome = campaign.run(&faults, EVENTS_OF_A_ROUND).await;
        println!("{outcome:?}");
        let Outcome {
            rounds,
            events,
            conflicts,
            in_doubt,
            transactions,
        } = outcome;
        assert_eq!(rounds, ROUNDS);
        assert!(events >= ROUNDS * EVENTS_OF_A_ROUND, "{events}");
        assert!(conflicts > 0 && in_doubt > 0, "nothing was hard");
        assert!(transactions > ROUNDS * 10, "{transactions}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_server_keeps_its_word() {
        run(Servers::one().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn three_servers_keep_their_word() {
        run(Servers::three().await).await;
    }

    const FLOW: Size = Size {
        orders: 10_000,
        kills: 100,
    };

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_worker_on_disk_that_is_killed_a_hundred_times_does_everything_once() {
        orders::on_disk(FLOW, seed()).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn workers_on_a_server_that_are_killed_a_hundred_times_do_everything_once() {
        orders::on_jetstream(FLOW, seed(), 20).await;
    }

    /// How often each trouble of nine comes.
    const DECKS: usize = 4;
    const COMMANDS: u64 = 1_000_000;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_cluster_of_processes_does_everything_once_whatever_happens_to_it() {
        let troubles = troubles(&mut Dice::new(seed()), DECKS, 3);
        let account = cluster::run(&troubles, COMMANDS, seed()).await;
        assert!(
            account.troubles >= 30 && account.fences > 100,
            "{account:?}"
        );
        assert!(account.steps > account.troubles, "{account:?}");
    }
}

//! Faults on real servers, as the long campaign of `main.rs` has them, in half a minute.

#[cfg(test)]
mod campaign;
#[cfg(test)]
mod checker;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod dice;
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
mod short {
    use std::time::Duration;

    use crate::{
        campaign::Campaign,
        cluster::{
            self,
            trouble::{Stream, Trouble, Whom as Node},
        },
        orders::{self, Size},
        schedule::{Fault, Whom},
        servers::Servers,
    };

    const EVENTS_OF_A_ROUND: usize = 1_500;

    async fn run(servers: Servers, faults: &[Fault]) {
        let campaign = Campaign::start(servers, 1).await;
        let outcome = campaign.run(faults, EVENTS_OF_A_ROUND).await;
        assert_eq!(outcome.rounds, faults.len());
        assert!(outcome.events >= faults.len() * EVENTS_OF_A_ROUND);
        assert!(outcome.conflicts > 0 && outcome.in_doubt > 0, "{outcome:?}");
        assert!(outcome.transactions > 0, "{outcome:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_that_is_killed_or_not_heard_keeps_its_word() {
        let (down, lasting) = (Duration::from_millis(300), Duration::from_secs(1));
        let kill = Fault::Kill {
            whom: Whom::Leader,
            down,
        };
        run(Servers::one().await, &[kill, Fault::Mute { lasting }]).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_cluster_whose_leader_is_killed_keeps_its_word() {
        let kill = Fault::Kill {
            whom: Whom::Leader,
            down: Duration::from_millis(300),
        };
        run(Servers::three().await, &[kill]).await;
    }

    const FLOW: Size = Size {
        orders: 300,
        kills: 5,
    };

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_worker_on_disk_that_is_killed_does_everything_once() {
        orders::on_disk(FLOW, 1).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn workers_on_a_server_that_are_killed_do_everything_once() {
        orders::on_jetstream(FLOW, 1, 3).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_cluster_of_processes_does_everything_once_whatever_happens_to_it() {
        let (down, lasting) = (Duration::from_millis(300), Duration::from_millis(1_500));
        let troubles = [
            Trouble::Kill {
                whom: Node::Leader,
                down,
            },
            Trouble::Hold { lasting },
            Trouble::Freeze {
                whom: Node::Place(0),
                lasting,
            },
            Trouble::KillServer {
                of: Stream::Events,
                down,
            },
        ];
        let account = cluster::run(&troubles, 5_000, 1).await;
        assert!(account.fences > 0 && account.steps >= 4, "{account:?}");
        // A server that is killed takes what is on its way with it: that is asked again.
        assert_eq!(account.in_doubt, 0, "{account:?}");
    }
}

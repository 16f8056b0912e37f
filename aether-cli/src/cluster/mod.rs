//! A cluster that runs: who is there, who leads, who has which shard; and what its leader is to do.

mod args;
mod columns;
mod facts;
mod orders;
mod views;
mod watch;

use aether::cluster::nats::{ClusterObserver, ClusterOptions};

use self::args::ClusterArgs;
pub(crate) use self::args::ClusterCommand;
use super::{failure::Failure, outcome::Outcome, screen::Screen, table::plain};

pub(crate) async fn run(command: ClusterCommand, screen: &Screen) -> Result<Outcome, Failure> {
    match command {
        ClusterCommand::Status(args) => watch::show(&args, screen, views::status).await,
        ClusterCommand::Nodes(args) => watch::show(&args, screen, views::nodes).await,
        ClusterCommand::Shards(args) => {
            let wanted = args.wanted();
            watch::show(&args.view, screen, |facts, screen| {
                views::shards(facts, &wanted, screen)
            })
            .await
        }
        ClusterCommand::Drain(args) => orders::drain(args, screen).await,
        ClusterCommand::Cordon(args) => orders::cordon(args, screen).await,
        ClusterCommand::Uncordon(args) => orders::uncordon(args, screen).await,
        ClusterCommand::Rebalance(args) => orders::rebalance(args, screen).await,
    }
}

/// Connects to a cluster.
async fn observe(args: &ClusterArgs) -> Result<ClusterObserver, Failure> {
    let options = ClusterOptions::new(args.cluster.as_str());
    let observer = options.observe(args.server.url()).await;
    observer.map_err(|source| args.failed(source))
}

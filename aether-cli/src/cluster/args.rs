use std::{fmt, str::FromStr};

use aether::cluster::{InvalidNodeId, NodeId, nats::ClusterError};
use clap::Subcommand;

use super::Failure;
use crate::place::Place;

#[derive(Debug, Subcommand)]
pub(crate) enum ClusterCommand {
    /// Show who leads, which nodes are there, and how the shards lie.
    ///
    /// The exit code is 1 if nobody leads, if shards have no owner, or if their owner is not heard.
    Status(ViewArgs),
    /// Show the nodes: what each offers, how many shards it has, what it carries out.
    Nodes(ViewArgs),
    /// Show each shard: who has it since which epoch, and where it is going.
    Shards(ShardsArgs),
    /// Have a node give all its shards away, and stay; and wait until it has.
    ///
    /// No command is lost or done twice by that. The node gets no shards until it is uncordoned or
    /// started anew.
    Drain(WaitingArgs),
    /// Have a node keep the shards that it has, and get no more.
    Cordon(NodeArgs),
    /// Have a node take its share again that was cordoned or drained.
    Uncordon(NodeArgs),
    /// Have shards move until every node has its share, though a node has come just now or versions
    /// differ.
    Rebalance(RebalanceArgs),
}

/// A cluster.
#[derive(Debug, clap::Args)]
pub(crate) struct ClusterArgs {
    /// The servers: `nats://HOST:PORT`, several separated by commas.
    #[arg(long, value_name = "URL")]
    pub(crate) server: Server,

    /// The name of the cluster, as its nodes give it to `ClusterOptions::new`.
    #[arg(long, value_name = "NAME")]
    pub(crate) cluster: String,
}

impl ClusterArgs {
    pub(crate) fn failed(&self, source: ClusterError) -> Failure {
        Failure::Cluster {
            cluster: self.cluster.clone(),
            server: self.server.to_string(),
            source,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct ViewArgs {
    #[command(flatten)]
    pub(crate) of: ClusterArgs,

    /// Show it anew whenever it has changed, until Ctrl-C.
    #[arg(short, long)]
    pub(crate) watch: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ShardsArgs {
    #[command(flatten)]
    pub(crate) view: ViewArgs,

    /// Only those that this node has, or is to have.
    #[arg(long, value_name = "NODE", value_parser = node)]
    pub(crate) node: Option<NodeId>,

    /// Only those that are moving, or that nobody has.
    #[arg(long)]
    pub(crate) moving: bool,
}

/// Which shards are wanted.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) node: Option<NodeId>,
    pub(crate) moving: bool,
}

impl ShardsArgs {
    pub(crate) fn wanted(&self) -> Wanted {
        Wanted {
            node: self.node.clone(),
            moving: self.moving,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct NodeArgs {
    #[command(flatten)]
    pub(crate) of: ClusterArgs,

    /// The node.
    #[arg(value_name = "NODE", value_parser = node)]
    pub(crate) node: NodeId,
}

#[derive(Debug, clap::Args)]
pub(crate) struct WaitingArgs {
    #[command(flatten)]
    pub(crate) node: NodeArgs,

    /// Only order it: it is done whether anybody waits or not.
    #[arg(long)]
    pub(crate) no_wait: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RebalanceArgs {
    #[command(flatten)]
    pub(crate) of: ClusterArgs,

    /// Only order it: it is done whether anybody waits or not.
    #[arg(long)]
    pub(crate) no_wait: bool,
}

/// Where a cluster's servers are.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    url: String,
    place: Place,
}

/// Says why a text is no address of servers.
#[derive(Debug, thiserror::Error)]
#[error("a server is `nats://HOST:PORT` or `tls://HOST:PORT`")]
pub(crate) struct NoServer;

impl Server {
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl FromStr for Server {
    type Err = NoServer;

    fn from_str(text: &str) -> Result<Self, NoServer> {
        let url = text.to_owned();
        match text.parse() {
            Ok(place @ Place::Server(_)) => Ok(Self { url, place }),
            Ok(Place::Folder(_)) | Err(_) => Err(NoServer),
        }
    }
}

/// Without passwords.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.fmt(f)
    }
}

fn node(text: &str) -> Result<NodeId, InvalidNodeId> {
    NodeId::new(text)
}

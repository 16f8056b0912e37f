use std::{path::PathBuf, time::Duration};

use aether::cluster::NodeId;
use clap::{Parser, Subcommand};

/// Runs the example shop on a cluster of three processes and a NATS server, on this machine, kills
/// one of them under load, drains another, and tells how long anyone waited and whether the log
/// holds every order once.
///
/// The exit code is 0 if nothing was lost or done twice, 1 if something was, 2 if it could not be
/// tried, and 130 if it was broken off by Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "order-cluster", version, max_term_width = 90)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) role: Option<Role>,

    #[command(flatten)]
    pub(crate) play: PlayArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// Be one of the three.
    #[command(hide = true)]
    Node(NodeArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct PlayArgs {
    /// The nats-server to run.
    #[arg(long, value_name = "PATH", default_value = ".tools/nats-server")]
    pub(crate) nats_server: PathBuf,

    /// How many customers order at the same time.
    #[arg(long, value_name = "COUNT", default_value_t = 24)]
    pub(crate) customers: u32,

    /// For how many milliseconds a customer thinks between two orders.
    #[arg(long, value_name = "MILLISECONDS", default_value = "250", value_parser = millis)]
    pub(crate) pause: Duration,

    /// For how many milliseconds nothing special happens before, between and after the events.
    #[arg(long, value_name = "MILLISECONDS", default_value = "3000", value_parser = millis)]
    pub(crate) calm: Duration,

    /// In how many shards the actors are split.
    #[arg(long, value_name = "COUNT", default_value_t = 256)]
    pub(crate) shards: u32,
}

#[derive(Debug, clap::Args)]
pub(crate) struct NodeArgs {
    #[arg(long)]
    pub(crate) server: String,
    #[arg(long, value_parser = node)]
    pub(crate) name: NodeId,
    #[arg(long)]
    pub(crate) shards: u32,
}

fn node(text: &str) -> Result<NodeId, aether::cluster::InvalidNodeId> {
    NodeId::new(text)
}

fn millis(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_millis)
}

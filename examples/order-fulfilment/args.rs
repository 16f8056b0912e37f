use std::path::PathBuf;

use aether::Namespace;
use clap::Parser;

/// Runs a day in a shop, from order to delivery, and tells how it turned out.
#[derive(Parser, Debug)]
#[command(name = "order-fulfilment", version, max_term_width = 90)]
pub(crate) struct Args {
    /// How many orders the day has.
    #[arg(long, default_value_t = 400)]
    pub(crate) orders: u32,

    /// What the day is made up from: the same seed gives the same day.
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,

    /// Where to write the board of the domain, as SVG.
    #[arg(long, value_name = "PATH", default_value = "board.svg")]
    pub(crate) board: PathBuf,

    /// Keep the events in this folder; in one that goes when the day is over if it is not given.
    /// A day that was broken off is gone on with if it is run again in the same folder.
    #[arg(long, value_name = "FOLDER", conflicts_with = "nats")]
    pub(crate) data: Option<PathBuf>,

    /// Keep the events on a NATS server with JetStream, as in `nats://127.0.0.1:4222`.
    #[arg(long, value_name = "URL")]
    pub(crate) nats: Option<String>,

    /// The namespace of the events on the server; a new one if it is not given. A day that was
    /// broken off is gone on with if it is run again in the same namespace.
    #[arg(long, value_name = "NAME", requires = "nats")]
    pub(crate) namespace: Option<Namespace>,
}

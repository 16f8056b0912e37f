use std::{net::SocketAddr, path::PathBuf};

use aether::Namespace;
use clap::Parser;

/// The example shop behind HTTP, with a page that follows its orders.
///
/// It ends at Ctrl-C or SIGTERM, after the requests that are under way.
#[derive(Parser, Debug)]
#[command(name = "order-service", version, max_term_width = 90)]
pub(crate) struct Args {
    /// Where to listen; port 0 is any that is free.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// Keep the events in this folder.
    #[arg(long, value_name = "FOLDER", default_value = "order-service-events")]
    pub(crate) data: PathBuf,

    /// Keep the events on a NATS server with JetStream, as in `nats://127.0.0.1:4222`.
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    pub(crate) nats: Option<String>,

    /// The namespace of the events.
    #[arg(long, value_name = "NAME", default_value = "order-service")]
    pub(crate) namespace: Namespace,

    /// Let so many customers come by who order something, and those who bring the goods and take
    /// the parcels: a day in the shop. The same ones come again when the service is started anew,
    /// and find done what they have done.
    #[arg(long, value_name = "CUSTOMERS", default_value_t = 0)]
    pub(crate) day: u32,

    /// How many milliseconds after one of them the next one comes.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 500)]
    pub(crate) pace: u64,
}

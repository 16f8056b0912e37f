//! Real NATS servers for tests: one, or a cluster of three, on ports that are free, in folders
//! that are gone afterwards.
//!
//! A server is killed when its value is dropped, and also when the test process dies before.
//! Nothing here knows of events.
#![expect(
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot have its server fails, and says how to get one"
)]

mod apart;
mod binary;
mod cluster;
mod mesh;
mod process;
mod proxy;
mod server;

pub use self::{apart::Apart, cluster::NatsCluster, proxy::Proxy, server::NatsServer};

//! What a store costs against what lies below it: the ratio of their speeds.
//!
//! `cargo bench -p aether --bench store --features nats` prints a line for each comparison with
//! the raw client on a server of its own (`NATS_SERVER`, or `.tools/nats-server`), and of the
//! store in memory with a plain map. The two sides run in turns, and the ratio is that of their
//! medians; that of their fastest rounds stands beside it. An argument that is no option chooses
//! the comparisons whose name it is a part of. Run otherwise (as `cargo test --all-targets`
//! does), each side does very little, only to see that it works. Nothing fails when a bar is
//! missed: times are for people to look at.

mod appending;
mod fixture;
mod memory;
mod raw;
mod reading;
mod replicas;
mod rounds;
#[expect(dead_code, reason = "one connection is enough here")]
mod server;

use std::error::Error;

use fixture::Fixture;
use rounds::Rounds;

type Failure = Box<dyn Error + Send + Sync>;
type Outcome = Result<(), Failure>;

#[tokio::main(worker_threads = 2)]
async fn main() -> Outcome {
    let rounds = Rounds::from_arguments(std::env::args());
    memory::state_size(&rounds).await?;
    memory::compare(&rounds).await?;
    let fixture = Fixture::start().await?;
    appending::compare(&rounds, &fixture).await?;
    reading::compare(&rounds, &fixture).await?;
    drop(fixture);
    replicas::compare(&rounds).await
}

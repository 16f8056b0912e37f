//! The command line of Aether, which knows of no domain: see `aether --help`.

use std::process::ExitCode;

use aether_cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    Cli::new().run().await
}

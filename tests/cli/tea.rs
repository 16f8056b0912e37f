//! The command line of a domain, as its owner writes it.

mod domain;

use std::process::ExitCode;

use aether_cli::Cli;

use self::domain::{Kitchen, Tally};

#[tokio::main]
async fn main() -> ExitCode {
    Cli::new()
        .context::<Kitchen>()
        .showing::<Tally>()
        .run()
        .await
}

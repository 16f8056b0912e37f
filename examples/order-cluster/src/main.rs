//! The example shop on a cluster of three processes: one is killed on the way, another is drained,
//! and at the end the log is asked whether anything was lost or done twice. See
//! `order-cluster --help`.

mod account;
mod args;
mod crew;
mod failure;
mod judge;
mod load;
mod maps;
mod node;
mod play;
mod server;
mod shop;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;

use self::{
    args::{Args, Role},
    failure::Failure,
};

#[tokio::main]
async fn main() -> ExitCode {
    let Args { role, play } = Args::parse();
    let done = match role {
        Some(Role::Node(args)) => node::run(args).await,
        None => play::run(&play).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            failure.exit_code()
        }
    }
}

/// A line of the account.
fn say(line: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").map_err(Failure::Print)?;
    out.flush().map_err(Failure::Print)
}

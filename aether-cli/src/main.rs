//! The command line of Aether: see `aether --help`.
//!
//! It only uses what the library offers to everyone.

mod actor;
mod args;
mod events;
mod export;
mod failure;
mod import;
mod interrupt;
mod lines;
mod observe;
mod outcome;
mod parked;
mod place;
mod screen;
mod table;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;

use self::{
    args::{ActorCommand, Args, Command, EventsCommand, ParkedCommand},
    failure::Failure,
    outcome::Outcome,
    parked::Order,
    screen::Screen,
};

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let screen = Screen::new(args.json);
    match run(args.command, &screen).await {
        Ok(outcome) => outcome.exit_code(),
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            Screen::tell(&failure);
            failure.exit_code()
        }
    }
}

async fn run(command: Command, screen: &Screen) -> Result<Outcome, Failure> {
    match command {
        Command::Export(args) => export::run(args, screen).await,
        Command::Import(args) => import::run(args, screen).await,
        Command::Observe(args) => observe::run(args, screen).await,
        Command::Events(EventsCommand::Tail(args)) => events::tail(args, screen).await,
        Command::Events(EventsCommand::Search(args)) => events::search(args, screen).await,
        Command::Events(EventsCommand::Show(args)) => events::show(args, screen).await,
        Command::Actor(ActorCommand::History(args)) => actor::history(args, screen).await,
        Command::Parked(ParkedCommand::List(args)) => parked::list(args, screen).await,
        Command::Parked(ParkedCommand::Retry(args)) => {
            parked::order(args, Order::Retry, screen).await
        }
        Command::Parked(ParkedCommand::Discard(args)) => {
            parked::order(args, Order::Discard, screen).await
        }
        Command::Verify(args) => verify::run(args, screen).await,
    }
}

use std::{ffi::OsString, process::ExitCode};

use aether::domain::{Aggregate, BoundedContext};
use clap::Parser as _;
use serde::Serialize;

use super::{
    actor,
    args::{
        ActorCommand, Args, Command, EventsCommand, NamespaceCommand, ParkedCommand,
        ProjectionsCommand,
    },
    cluster,
    domain::Domain,
    events, export,
    failure::Failure,
    followers, import,
    interrupt::unless_interrupted,
    namespaces, observe,
    outcome::Outcome,
    parked::{self, Order},
    projections,
    screen::Screen,
    state, timers, verify,
};

/// The command line, and what it knows of a domain.
#[derive(Debug, Default)]
#[must_use = "nothing happens before `run`"]
pub struct Cli {
    domain: Domain,
}

impl Cli {
    /// The command line that knows of no domain, as the program `aether` is.
    pub fn new() -> Self {
        Self::default()
    }

    /// Knows the members of a bounded context.
    pub fn context<C: BoundedContext>(mut self) -> Self {
        self.domain.add::<C>();
        self
    }

    /// Shows the states of an aggregate that does not say `snapshot`: those that do are shown in
    /// any case. Its context has to be [known](Self::context).
    pub fn showing<A: Aggregate + Serialize>(mut self) -> Self {
        self.domain.show::<A>();
        self
    }

    /// Does what the arguments of the process say, and gives what it is to end with: 0 if all is
    /// well, 1 if something was found that should not be, 2 if it could not be done, and 130 if
    /// it was broken off by Ctrl-C. Wrong arguments end the process at once, with 2.
    ///
    /// # Cancel safety
    /// If the future is dropped, an export or import is left half done, and can be gone on with; an
    /// order to build a projection anew stands.
    pub async fn run(self) -> ExitCode {
        self.run_with(std::env::args_os().collect::<Vec<_>>()).await
    }

    /// Does what these arguments say, of which the first is the name of the program.
    ///
    /// # Cancel safety
    /// As [`Cli::run`].
    pub async fn run_with(self, args: impl IntoIterator<Item = OsString> + Send) -> ExitCode {
        let args = Args::parse_from(args);
        let screen = Screen::new(args.json);
        match Box::pin(self.domain.run(args.command, &screen)).await {
            Ok(outcome) => outcome.exit_code(),
            Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
            Err(failure) => {
                Screen::tell(&failure);
                failure.exit_code()
            }
        }
    }
}

impl Domain {
    async fn run(&self, command: Command, screen: &Screen) -> Result<Outcome, Failure> {
        match command {
            Command::Export(args) => export::run(args, screen).await,
            Command::Import(args) => import::run(args, screen).await,
            Command::Observe(args) => {
                unless_interrupted(Box::pin(observe::run(args, self, screen))).await
            }
            Command::Events(EventsCommand::Tail(args)) => events::tail(args, screen).await,
            Command::Events(EventsCommand::Search(args)) => events::search(args, screen).await,
            Command::Events(EventsCommand::Show(args)) => events::show(args, screen).await,
            Command::Actor(ActorCommand::History(args)) => actor::history(args, screen).await,
            Command::Actor(ActorCommand::State(args)) => state::run(args, self, screen).await,
            Command::Parked(ParkedCommand::List(args)) => parked::list(args, screen).await,
            Command::Parked(ParkedCommand::Retry(args)) => {
                parked::order(args, Order::Retry, screen).await
            }
            Command::Parked(ParkedCommand::Discard(args)) => {
                parked::order(args, Order::Discard, screen).await
            }
            Command::Projections(ProjectionsCommand::List(args)) => {
                projections::list(args, screen).await
            }
            Command::Projections(ProjectionsCommand::Rebuild(args)) => {
                projections::rebuild(args, self, screen).await
            }
            Command::Projections(ProjectionsCommand::Lag(args)) => {
                unless_interrupted(Box::pin(projections::lag(args, screen))).await
            }
            Command::Projections(ProjectionsCommand::Cancel(args)) => {
                projections::cancel(args, screen).await
            }
            Command::Followers(args) => followers::run(args, self, screen).await,
            Command::Timers(args) => {
                unless_interrupted(Box::pin(timers::run(args, self, screen))).await
            }
            Command::Namespace(NamespaceCommand::List(args)) => {
                namespaces::list(args, screen).await
            }
            Command::Cluster(command) => {
                unless_interrupted(Box::pin(cluster::run(command, screen))).await
            }
            Command::Verify(args) => {
                unless_interrupted(Box::pin(verify::run(args, self, screen))).await
            }
        }
    }
}

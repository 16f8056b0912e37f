use std::path::PathBuf;

use aether::{
    ActorId, DynEventStore, EventStore as _, Namespace, Position, Timestamp, Version,
    eventstorming::Model,
    store::{ActorPattern, Filter, Span},
};
use clap::{Parser, Subcommand};

use super::{
    cluster::ClusterCommand,
    domain::Domain,
    failure::Failure,
    place::{Opened, Place, Use},
};

/// Looks into an Aether event store, and moves namespaces between stores.
///
/// A store is a folder of this machine (`embedded:PATH`) or a NATS server with JetStream
/// (`nats://HOST:PORT`). Only `import`, `parked retry`, `parked discard`,
/// `projections rebuild` and `projections cancel` change anything in it; and of a cluster that runs,
/// `cluster drain`, `cordon`, `uncordon` and `rebalance` where its shards are.
#[derive(Debug, Parser)]
#[command(
    name = "aether",
    version,
    after_help = "Exit codes: 0 all is well; 1 something was found that should not be: what cannot \
                  be read, what is parked, a file that is truncated, altered or of another \
                  history, or a cluster that lacks a leader or owners of shards; 2 wrong \
                  arguments, or a store, file or cluster that cannot be used; 130 broken off by Ctrl-C."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Write JSON for programs instead of text for people: a line for each event, an object for
    /// a summary.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Export(ExportArgs),
    Import(ImportArgs),
    Observe(ObserveArgs),
    /// Look at the events of a namespace.
    #[command(subcommand)]
    Events(EventsCommand),
    /// Look at one actor.
    #[command(subcommand)]
    Actor(ActorCommand),
    /// See to what policies, process managers and adapters could not handle.
    #[command(subcommand)]
    Parked(ParkedCommand),
    /// See to the read models that are kept beside the log.
    #[command(subcommand)]
    Projections(ProjectionsCommand),
    /// Show how far policies, process managers, adapters and outboxes have come, and what they have
    /// parked.
    ///
    /// The exit code is 1 if something is parked.
    Followers(ModelledArgs),
    /// Show the timers that are pending, and what is asked for when they are due.
    Timers(ModelledArgs),
    /// Look at the namespaces of a store.
    #[command(subcommand)]
    Namespace(NamespaceCommand),
    Verify(VerifyArgs),
    /// Look at a cluster that runs, and say which nodes are to have shards.
    #[command(subcommand)]
    Cluster(ClusterCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum NamespaceCommand {
    /// Show the namespaces that hold anything, each with where its log ends.
    List(PlaceArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ParkedCommand {
    /// Show what is parked: where it lies, who could not handle it, and why.
    List(ParkedArgs),
    /// Have what is parked tried once more, and what waits behind it after that.
    ///
    /// A runtime that runs does so within a second, one that does not when it runs again.
    Retry(OrderArgs),
    /// Have the one commit of each actor skipped that cannot be handled; what waits behind it
    /// follows. It stays in the log.
    Discard(OrderArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectionsCommand {
    /// Show what is kept: up to where in the log, how large, since when, and whether it is being
    /// built anew.
    List(ProjectionsArgs),
    Rebuild(RebuildArgs),
    /// Take back the order to build a projection anew, if it is not done: what is kept stays.
    Cancel(CancelArgs),
    /// Show how far behind the log what is kept is, in commits, events and seconds.
    ///
    /// The events are counted by reading them, and the seconds are since the time of the first
    /// one. A runtime keeps a projection now and then, and is further than this tells.
    Lag(ProjectionsArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    Tail(TailArgs),
    Search(SearchArgs),
    Show(ShowArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ActorCommand {
    History(HistoryArgs),
    State(StateArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct StoreArgs {
    /// The store: `embedded:PATH` for a folder, `nats://HOST:PORT` for a server, several of a
    /// cluster separated by commas.
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Place,

    /// The namespace in it.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) namespace: Namespace,
}

impl StoreArgs {
    pub(crate) const fn place(&self) -> &Place {
        &self.store
    }

    /// Opens it, and checks what has checksums.
    pub(crate) async fn open_whole(&self) -> Result<Opened, Failure> {
        let opened = self.store.open_whole(&self.namespace).await;
        opened.map_err(|source| Failure::Open {
            place: self.store.to_string(),
            source,
        })
    }

    /// Opens it.
    pub(crate) async fn open(&self, used: Use) -> Result<DynEventStore, Failure> {
        let opened = self.store.open(&self.namespace, used).await;
        opened.map_err(|source| Failure::Open {
            place: self.store.to_string(),
            source,
        })
    }
}

/// A store, and the model of what is in it.
#[derive(Debug, clap::Args)]
pub(crate) struct ModelledArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    /// The model, as `cargo eventstorming model --out FILE` writes it. A program that knows its
    /// contexts needs none.
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
}

impl ModelledArgs {
    /// Opens the store to read it, and gives the model that it is read by.
    pub(crate) async fn open(&self, domain: &Domain) -> Result<(Model, DynEventStore), Failure> {
        let model = domain.model(self.model.as_deref())?;
        Ok((model, self.store.open(Use::Read).await?))
    }
}

/// Which events are meant; all of them if nothing is said.
#[derive(Debug, clap::Args)]
pub(crate) struct FilterArgs {
    /// Only events of this type; may be said several times.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) types: Vec<String>,

    /// Only events of these actors: `Order.*` for one token after `Order`, `Order.>` for any.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) actors: Option<ActorPattern>,
}

impl FilterArgs {
    pub(crate) fn filter(&self) -> Filter {
        let mut filter = Filter::new();
        if !self.types.is_empty() {
            filter = filter.event_types(self.types.iter().cloned());
        }
        match &self.actors {
            Some(actors) => filter.actors(actors.clone()),
            None => filter,
        }
    }
}

/// Which part of the log is meant; all of it if nothing is said.
#[derive(Debug, clap::Args)]
pub(crate) struct SpanArgs {
    /// Only what lies after this position in the log.
    #[arg(long, value_name = "POSITION", value_parser = position)]
    pub(crate) after: Option<Position>,

    /// Only what lies at this position or before.
    #[arg(long, value_name = "POSITION", value_parser = position)]
    pub(crate) until: Option<Position>,

    /// Only what was stored at this moment or later, as in `2026-01-31T12:00:00Z`.
    #[arg(long, value_name = "TIME", conflicts_with = "after")]
    pub(crate) since: Option<Timestamp>,

    /// Only what was stored before this moment.
    #[arg(long, value_name = "TIME", conflicts_with = "until")]
    pub(crate) before: Option<Timestamp>,
}

impl SpanArgs {
    /// Finds out where in a log moments lie.
    pub(crate) async fn resolve(&self, store: &DynEventStore) -> Result<Span, Failure> {
        let after = match self.since {
            Some(moment) => store.stored_before(moment).await?,
            None => self.after.unwrap_or(Position::START),
        };
        let until = match self.before {
            Some(moment) => store.stored_before(moment).await?,
            None => self.until.unwrap_or(Position::END),
        };
        Ok(Span::after(after).until(until))
    }
}

/// Write a namespace to a file, as CloudEvents in JSON lines.
///
/// Each line is an event of CloudEvents; the first says what the file is, the last how much is in
/// it and the SHA-256 of what lies before. The same log gives the same bytes. An export that was broken
/// off, even by the loss of its machine, is gone on with by the same command and `--resume`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,

    #[command(flatten)]
    pub(crate) span: SpanArgs,

    /// Go on with a file that was left half written. What is in it is checked first.
    #[arg(long, requires = "file")]
    pub(crate) resume: bool,

    /// Go on where something cannot be read: it is put into the file as a line of its own, and
    /// counted.
    #[arg(long)]
    pub(crate) lenient: bool,

    /// Where to write; standard output if it is not given.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// Store what was exported in a namespace: the very same commits, in the same order.
///
/// The whole file is checked before anything is stored. What the namespace holds already must be
/// what the file begins with, and is passed over; so an import that was broken off is gone on
/// with by the same command. Nobody else may write to the namespace meanwhile.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    /// Only check the file and say what it holds; the store is not opened.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// The file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

/// Compare the model of a domain with what a log shows of it.
///
/// How often each event happened and when last, what the log holds that the model does not know,
/// what never happened, and whether one thing led to another as it is declared. The exit code is 1
/// if the log holds anything that the model does not say.
#[derive(Debug, clap::Args)]
pub(crate) struct ObserveArgs {
    #[command(flatten)]
    pub(crate) of: ModelledArgs,

    #[command(flatten)]
    pub(crate) span: SpanArgs,

    /// Draw the board with what was seen on it: a picture, or a page if the name ends in `.html`.
    #[arg(long, value_name = "FILE")]
    pub(crate) board: Option<PathBuf>,

    /// Keep what was seen, for `cargo eventstorming observed`: names and numbers, and no data of
    /// any event.
    #[arg(long, value_name = "FILE")]
    pub(crate) keep: Option<PathBuf>,
}

/// Show the last events of a namespace, and those to come if wanted.
#[derive(Debug, clap::Args)]
pub(crate) struct TailArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,

    /// How many of the last events to show, at least: commits are shown whole.
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 20)]
    pub(crate) lines: usize,

    /// Go on with what comes, until Ctrl-C.
    #[arg(short, long)]
    pub(crate) follow: bool,
}

/// Find events of a namespace.
#[derive(Debug, clap::Args)]
pub(crate) struct SearchArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,

    #[command(flatten)]
    pub(crate) span: SpanArgs,

    /// Only events whose data, as JSON, contains this text.
    #[arg(long, value_name = "TEXT")]
    pub(crate) containing: Option<String>,

    /// Newest first.
    #[arg(long)]
    pub(crate) backwards: bool,

    /// Stop after so many events.
    #[arg(long, value_name = "COUNT")]
    pub(crate) limit: Option<usize>,
}

/// Show all that lies at one position of the log.
#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    /// The position.
    #[arg(value_name = "POSITION", value_parser = position)]
    pub(crate) position: Position,
}

/// Show the events of an actor.
#[derive(Debug, clap::Args)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    /// Only events after this version.
    #[arg(long, value_name = "VERSION", default_value = "0", value_parser = version)]
    pub(crate) after: Version,

    /// Newest first.
    #[arg(long)]
    pub(crate) backwards: bool,

    /// Stop after so many events.
    #[arg(long, value_name = "COUNT")]
    pub(crate) limit: Option<usize>,

    /// The actor, as in `Order.2026-0007`.
    #[arg(value_name = "ACTOR")]
    pub(crate) actor: ActorId,
}

/// Show the state of an actor, as it was at a version, and what each event changed.
///
/// A program that knows the contexts folds the events (see `aether_cli`). One that does not shows
/// what the snapshot holds, if the actor has one.
#[derive(Debug, clap::Args)]
pub(crate) struct StateArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    /// The version; the last one if nothing is said.
    #[arg(long, value_name = "VERSION", value_parser = version, default_value_t = Version::END, hide_default_value = true)]
    pub(crate) at: Version,

    /// Show each event up to there, with each place in the state that it changed.
    #[arg(long)]
    pub(crate) diff: bool,

    /// The actor, as in `Order.2026-0007`.
    #[arg(value_name = "ACTOR")]
    pub(crate) actor: ActorId,
}

/// A store, whatever the namespace.
#[derive(Debug, clap::Args)]
pub(crate) struct PlaceArgs {
    /// The store: `embedded:PATH` for a folder, `nats://HOST:PORT` for a server, several of a
    /// cluster separated by commas.
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Place,
}

/// Read a whole namespace, and tell what is wrong with it.
///
/// What cannot be read; versions that are missing; commands that took effect twice; in a folder,
/// checksums that do not fit; snapshots that contradict the log, and what they know of sessions. A
/// program that knows the contexts also folds every actor with and without its snapshot, and
/// compares the states (see `aether_cli`).
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

/// Which projections are meant; all of them if nothing is said.
#[derive(Debug, clap::Args)]
pub(crate) struct ProjectionsArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    /// Only this one.
    #[arg(long, value_name = "NAME")]
    pub(crate) projection: Option<String>,
}

/// Build a projection anew from the log, beside what is read until then.
///
/// A program that knows the contexts builds it at once, and needs no runtime (see `aether_cli`).
/// One that does not orders it: every runtime that runs the projection begins within a second, and
/// this waits until it is done; one that does not run begins when it runs again. The exit code is 1
/// if somebody takes the order back meanwhile.
#[derive(Debug, clap::Args)]
pub(crate) struct RebuildArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    /// Do it: without this, nothing is ordered.
    #[arg(long)]
    pub(crate) yes: bool,

    /// Do not wait until others have done it.
    #[arg(long)]
    pub(crate) no_wait: bool,

    /// The projection.
    #[arg(value_name = "NAME")]
    pub(crate) projection: String,
}

/// Which order is taken back.
#[derive(Debug, clap::Args)]
pub(crate) struct CancelArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    /// The projection.
    #[arg(value_name = "NAME")]
    pub(crate) projection: String,
}

/// Whose parked work is meant; that of all if nothing is said.
#[derive(Debug, clap::Args)]
pub(crate) struct ParkedArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,

    /// Only what this follower has parked, as in `policy/NAME` or `adapter/NAME`.
    #[arg(long, value_name = "FOLLOWER")]
    pub(crate) follower: Option<String>,
}

/// What is to be tried once more, or skipped.
#[derive(Debug, clap::Args)]
pub(crate) struct OrderArgs {
    #[command(flatten)]
    pub(crate) parked: ParkedArgs,

    /// All that is parked.
    #[arg(long, conflicts_with = "actors")]
    pub(crate) all: bool,

    /// The actors whose commits are meant.
    #[arg(value_name = "ACTOR", required_unless_present = "all")]
    pub(crate) actors: Vec<ActorId>,
}

fn position(text: &str) -> Result<Position, std::num::ParseIntError> {
    text.parse().map(Position::new)
}

fn version(text: &str) -> Result<Version, std::num::ParseIntError> {
    text.parse().map(Version::new)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Args::command().debug_assert();
    }
}

use std::{
    error::Error,
    io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use aether::{
    ActorId, InvalidPayload, Position, StoreError, StoreErrorKind,
    cluster::nats::{ClusterError, ClusterErrorKind, OrderError},
    domain::ReplayError,
    eventstorming::model::ModelError,
    runtime::projections::RebuildError,
    store::transfer::TransferError,
};

/// Says why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the store {place} cannot be opened")]
    Open { place: String, source: StoreError },
    #[error("the store cannot be read")]
    Read(#[from] StoreError),
    #[error("the namespace was not exported completely")]
    Export(#[source] TransferError),
    #[error("nothing was imported: the file {} is no whole export", path.display())]
    Check {
        path: PathBuf,
        source: TransferError,
    },
    #[error("the file was not imported completely")]
    Import(#[source] TransferError),
    #[error("the file {} exists already", .0.display())]
    Exists(PathBuf),
    #[error("the file {} cannot be {what}", path.display())]
    File {
        path: PathBuf,
        what: &'static str,
        source: io::Error,
    },
    #[error("the file {} holds no model", path.display())]
    Model {
        path: PathBuf,
        source: Box<ModelError>,
    },
    #[error("no model of the domain is known")]
    NoModel,
    #[error("the contexts of this program make no model")]
    Contexts(#[source] Box<ModelError>),
    #[error(
        "the state of `{0}` cannot be known: its type is not known here, and no snapshot has it"
    )]
    NoState(ActorId),
    #[error("it is not known how a state of `{0}` is shown")]
    NotShown(String),
    #[error("the actor cannot be folded")]
    Fold(#[source] Box<ReplayError>),
    #[error("the state cannot be written as JSON")]
    State(#[source] InvalidPayload),
    #[error(
        "nothing was ordered: to build `{projection}` anew reads the log up to position {head}"
    )]
    Unconfirmed { projection: String, head: Position },
    #[error("the projection was not built anew, and what was kept before is still there")]
    Rebuild(#[source] RebuildError),
    #[error("the cluster `{cluster}` on {server} cannot be looked at")]
    Cluster {
        cluster: String,
        server: String,
        source: ClusterError,
    },
    #[error("the cluster was not told")]
    Order(#[source] OrderError),
    #[error("the leader's answer does not fit what it was asked")]
    Answer,
    #[error(
        "a runtime could not build `{projection}` anew, and what was kept before is still there: \
         {reason}"
    )]
    Unbuilt { projection: String, reason: String },
    #[error("the answer cannot be printed")]
    Print(#[from] io::Error),
    #[error("the answer cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error("Ctrl-C cannot be listened for")]
    Signal(#[source] io::Error),
}

impl Failure {
    pub(crate) fn file(path: &Path, what: &'static str, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::File { path, what, source }
    }

    /// Whether the reader of the answer has seen enough of it.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Print(source) if source.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What can be done about it, if anything is known.
    pub(crate) fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Exists(_) => Some("choose another file, or go on with this one by `--resume`"),
            Self::Export(TransferError::Unreadable(_)) => Some(
                "`--resume --lenient` goes on, and puts what cannot be read into the file as it is",
            ),
            Self::Export(TransferError::Store(_)) => {
                Some("go on by the same command and `--resume`")
            }
            Self::Export(TransferError::OtherExport(_)) => {
                Some("give the arguments that the export was begun with, or another file")
            }
            Self::Import(TransferError::Store(_)) => Some("go on by the same command"),
            Self::Import(TransferError::OtherHistory { .. }) => {
                Some("import into an empty namespace by `--namespace NAME`")
            }
            Self::Check {
                source: TransferError::Truncated { .. },
                ..
            } => Some("finish the export by its command and `--resume`"),
            Self::NoModel => Some(
                "say `--model FILE`, with what `cargo eventstorming model --out FILE` writes, or \
                 run a program that `aether_cli::Cli` makes of your contexts",
            ),
            Self::NoState(_) => Some(
                "run a program that `aether_cli::Cli` makes of your contexts: it folds the events",
            ),
            Self::NotShown(_) => Some(
                "say `#[aggregate(snapshot)]` at the aggregate, or `.showing::<..>()` in the \
                 program",
            ),
            Self::Unconfirmed { .. } => Some("say `--yes`"),
            Self::Cluster { source, .. } => advice_of_cluster(source.kind()),
            Self::Order(err) => advice_of_order(err),
            Self::Unbuilt { .. } => Some(
                "the order stands, for a build that can do it; `projections cancel` takes it back",
            ),
            Self::Open { .. }
            | Self::Read(_)
            | Self::Answer
            | Self::Rebuild(_)
            | Self::Contexts(_)
            | Self::Fold(_)
            | Self::State(_)
            | Self::Export(_)
            | Self::Check { .. }
            | Self::Import(_)
            | Self::File { .. }
            | Self::Model { .. }
            | Self::Print(_)
            | Self::Json(_)
            | Self::Signal(_) => None,
        }
    }

    /// 1 if it is what is stored or what is in a file that is at fault, otherwise 2.
    pub(crate) fn exit_code(&self) -> ExitCode {
        let is_finding = match self {
            Self::Export(source) | Self::Import(source) | Self::Check { source, .. } => {
                source.is_finding()
            }
            Self::Read(source) => source.kind() == StoreErrorKind::Corrupt,
            Self::Fold(_) | Self::Rebuild(RebuildError::Failed { .. }) | Self::Unbuilt { .. } => {
                true
            }
            Self::Open { .. }
            | Self::NoModel
            | Self::Contexts(_)
            | Self::NoState(_)
            | Self::NotShown(_)
            | Self::State(_)
            | Self::Unconfirmed { .. }
            | Self::Rebuild(_)
            | Self::Exists(_)
            | Self::File { .. }
            | Self::Model { .. }
            | Self::Cluster { .. }
            | Self::Order(_)
            | Self::Answer
            | Self::Print(_)
            | Self::Json(_)
            | Self::Signal(_) => false,
        };
        ExitCode::from(if is_finding { 1 } else { 2 })
    }

    /// The failure, and what lay behind it, on a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("error: {self}")];
        let mut cause = self.source();
        while let Some(err) = cause {
            lines.push(format!("because {err}"));
            cause = err.source();
        }
        lines
    }
}

const fn advice_of_cluster(kind: ClusterErrorKind) -> Option<&'static str> {
    match kind {
        ClusterErrorKind::Missing => Some(
            "check the name: it is the one that the nodes give to `ClusterOptions::new`, and one \
             of them must have run",
        ),
        ClusterErrorKind::Unavailable => {
            Some("check the address, and that the servers run with JetStream")
        }
        ClusterErrorKind::Misconfigured
        | ClusterErrorKind::NotPermitted
        | ClusterErrorKind::Corrupt
        | _ => None,
    }
}

const fn advice_of_order(err: &OrderError) -> Option<&'static str> {
    match err {
        OrderError::TooOld(_) => {
            Some("start the process anew with this release, or have it stopped by SIGTERM")
        }
        OrderError::UnknownNode(_) => Some("`aether cluster nodes` shows which nodes there are"),
        OrderError::Alone(_) => Some("let another node come, or uncordon one that is there"),
        OrderError::Unheard(_) | OrderError::Superseded(_) | OrderError::NoAnswer(_) => {
            Some("`aether cluster nodes` shows what became of it; it may be said again")
        }
        OrderError::Leaderless => {
            Some("let a node come; one that is there leads within some seconds")
        }
        OrderError::Servers(_) | _ => None,
    }
}

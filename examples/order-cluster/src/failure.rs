use std::{
    error::Error,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use aether::{
    InvalidId, StoreError,
    cluster::{
        InvalidShardCount,
        nats::{ClusterError, OrderError},
    },
    runtime::{CommandError, StartError},
};

/// Says why the demonstration was not shown to its end, or what it found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the NATS server `{}` does not run", path.display())]
    Server { path: PathBuf, source: io::Error },
    #[error("the NATS server does not come up; it says:\n{0}")]
    Silent(String),
    #[error("there is no room for its data")]
    Room(#[source] io::Error),
    #[error("the process of node {name} does not run")]
    Process { name: String, source: io::Error },
    #[error("node {0} has ended, and was not to")]
    Ended(String),
    #[error("this took longer than it may: {0}")]
    Late(&'static str),
    #[error("the store cannot be used")]
    Store(#[from] StoreError),
    #[error("the shop does not open")]
    Start(#[from] StartError),
    #[error("the cluster does not come about")]
    Cluster(#[from] ClusterError),
    #[error("the node is not drained")]
    Order(#[from] OrderError),
    #[error("the command `{command}` of {actor} was not carried out")]
    Command {
        command: &'static str,
        actor: String,
        source: CommandError,
    },
    #[error("no name for the events")]
    Name(#[from] InvalidId),
    #[error("there cannot be so many shards")]
    Shards(#[from] InvalidShardCount),
    #[error("signals cannot be listened for")]
    Signals(#[source] io::Error),
    #[error("broken off")]
    BrokenOff,
    #[error("the log is not as it should be:\n{}", .0.join("\n"))]
    Wrong(Vec<String>),
    #[error("it cannot be told")]
    Print(#[source] io::Error),
}

impl Failure {
    pub(crate) fn server(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Server { path, source }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        let code = if let Self::Wrong(_) = self {
            1
        } else if let Self::BrokenOff = self {
            130
        } else {
            2
        };
        ExitCode::from(code)
    }

    /// Tells on standard error what went wrong, and what lay behind it.
    pub(crate) fn tell(&self) {
        let mut lines = vec![format!("error: {self}")];
        let mut cause = self.source();
        while let Some(err) = cause {
            lines.push(format!("because {err}"));
            cause = err.source();
        }
        if matches!(self, Self::Server { .. }) {
            lines.push("to do: `make nats-server` fetches one".to_owned());
        }
        // Where standard error is closed, nobody is left to tell.
        let _told = writeln!(io::stderr().lock(), "{}", lines.join("\n  "));
    }
}

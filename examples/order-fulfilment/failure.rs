use std::{
    error::Error,
    io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use aether::{
    InvalidId, StoreError, StoreErrorKind,
    runtime::{CommandError, ReadError, StartError},
};
use aether_examples::order_fulfilment::shift::Broken;

/// Says why there is no report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the events cannot be kept at {url}")]
    Server { url: String, source: StoreError },
    #[error("the events cannot be kept in {}", path.display())]
    Folder { path: PathBuf, source: StoreError },
    #[error("there is no folder for the events of the day")]
    Passing(#[source] io::Error),
    #[error("there is no name for the namespace")]
    Namespace(#[from] InvalidId),
    #[error("the shop cannot be opened")]
    Start(#[from] StartError),
    #[error("the day was broken off")]
    Day(#[from] Broken),
    #[error("the log cannot be read")]
    Log(#[from] StoreError),
    #[error("what the shop knows cannot be read")]
    Read(#[from] ReadError),
    #[error("the board cannot be written to {}", path.display())]
    Board { path: PathBuf, source: io::Error },
    #[error("the report cannot be printed")]
    Print(#[from] io::Error),
}

impl Failure {
    pub(crate) fn server(url: &str, source: StoreError) -> Self {
        let url = url.to_owned();
        Self::Server { url, source }
    }

    pub(crate) fn folder(path: &Path, source: StoreError) -> Self {
        let path = path.to_owned();
        Self::Folder { path, source }
    }

    pub(crate) fn board(path: &Path, source: io::Error) -> Self {
        Self::Board {
            path: path.to_owned(),
            source,
        }
    }

    /// Whether the reader of the report has seen enough of it.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Print(source) if source.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What can be done about it, if anything is known.
    pub(crate) fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Server { source, .. } if source.kind() == StoreErrorKind::Unavailable => Some(
                "start a NATS server with JetStream there, as `nats-server -js` does, or leave \
                 `--nats` out to keep the events on disk",
            ),
            Self::Day(Broken::Command {
                source: CommandError::Refused(_),
                ..
            }) => Some("the namespace or folder holds another day: choose another one"),
            Self::Folder { .. } => Some("choose another folder with `--data FOLDER`"),
            Self::Passing(_) => Some("say where to keep them with `--data FOLDER`"),
            Self::Board { .. } => Some("say where to write it with `--board PATH`"),
            Self::Server { .. }
            | Self::Namespace(_)
            | Self::Start(_)
            | Self::Day(_)
            | Self::Log(_)
            | Self::Read(_)
            | Self::Print(_) => None,
        }
    }

    /// 3 if a server is out of reach, otherwise 1; wrong arguments give 2.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Server { .. } => ExitCode::from(3),
            Self::Folder { .. }
            | Self::Passing(_)
            | Self::Namespace(_)
            | Self::Start(_)
            | Self::Day(_)
            | Self::Log(_)
            | Self::Read(_)
            | Self::Board { .. }
            | Self::Print(_) => ExitCode::FAILURE,
        }
    }

    /// The failure, and what lay behind it, on a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.to_string()];
        let mut cause = self.source();
        while let Some(err) = cause {
            lines.push(format!("because {err}"));
            cause = err.source();
        }
        lines
    }
}

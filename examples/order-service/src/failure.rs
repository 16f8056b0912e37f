use std::{
    error::Error,
    io::{self, Write as _},
    net::SocketAddr,
};

use aether::{StoreError, runtime::StartError};
use metrics_exporter_prometheus::BuildError;

/// Says why the service does not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the events cannot be kept at {place}")]
    Store { place: String, source: StoreError },
    #[error("the shop cannot be opened")]
    Start(#[from] StartError),
    #[error("nobody can be listened to at {address}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("nothing can be measured")]
    Measure(#[from] BuildError),
    #[error("signals cannot be listened for")]
    Signal(#[source] io::Error),
    #[error("nobody can be told")]
    Print(#[source] io::Error),
}

impl Failure {
    /// Tells on standard error what went wrong, and what lay behind it.
    pub(crate) fn tell(&self) {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(err) = cause {
            text = format!("{text}\n  because {err}");
            cause = err.source();
        }
        // Where standard error is closed, nobody is left to tell.
        let _told = writeln!(io::stderr().lock(), "{text}");
    }
}

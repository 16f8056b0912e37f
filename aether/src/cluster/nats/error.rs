use std::{borrow::Cow, error::Error, fmt};

/// Says why a cluster cannot be joined, or asked.
#[derive(Debug)]
pub struct ClusterError {
    kind: ClusterErrorKind,
    message: Cow<'static, str>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What can be done about an error of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClusterErrorKind {
    /// The servers are out of reach, or do not answer: try again later.
    Unavailable,
    /// There is no such cluster, and it was not to be made.
    Missing,
    /// What the options say and what is there do not go together, or what was given is no address,
    /// or the servers do not take these credentials.
    Misconfigured,
    /// The servers do not permit what a node, or a client, has to do.
    NotPermitted,
    /// The bucket holds what is not the cluster's.
    Corrupt,
}

impl ClusterError {
    pub(super) fn new(kind: ClusterErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// The same error with what lay behind it.
    pub(super) fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What can be done about it.
    pub const fn kind(&self) -> ClusterErrorKind {
        self.kind
    }
}

impl fmt::Display for ClusterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ClusterError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref();
        source.map(|source| source as &(dyn Error + 'static))
    }
}

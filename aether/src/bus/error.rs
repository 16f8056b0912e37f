use std::{borrow::Cow, error::Error, fmt};

/// Says why a bus did not do what it was asked for.
#[derive(Debug)]
pub struct BusError {
    kind: BusErrorKind,
    message: Cow<'static, str>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What can be done about an error of a bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BusErrorKind {
    /// The bus is closed, for good.
    Closed,
    /// The servers of the bus are out of reach: try again later.
    Unavailable,
    /// What was given is no address, or the servers do not take these credentials.
    Misconfigured,
}

impl BusError {
    /// An error of some kind, with a text that says what was and what was not done.
    pub fn new(kind: BusErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// The bus is closed.
    pub(super) fn closed() -> Self {
        Self::new(BusErrorKind::Closed, "the bus is closed")
    }

    /// The same error with what lay behind it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What can be done about it.
    pub const fn kind(&self) -> BusErrorKind {
        self.kind
    }
}

impl fmt::Display for BusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for BusError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref();
        source.map(|source| source as &(dyn Error + 'static))
    }
}

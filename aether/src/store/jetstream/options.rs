use std::time::Duration;

use super::Risk;
use crate::Namespace;

/// Where and how a [`JetStreamEventStore`](super::JetStreamEventStore) keeps its events.
///
/// ```
/// use aether::store::jetstream::JetStreamOptions;
///
/// let options = JetStreamOptions::new().namespace("shop".parse()?).replicas(3);
/// # Ok::<(), aether::InvalidId>(())
/// ```
#[derive(Debug, Clone)]
pub struct JetStreamOptions {
    pub(super) namespace: Namespace,
    pub(super) replicas: usize,
    pub(super) storage: Storage,
    pub(super) domain: Option<String>,
    pub(super) attempt: Duration,
    pub(super) patience: Duration,
    pub(super) page_bytes: usize,
    pub(super) remembered_actors: usize,
    pub(super) existing: bool,
    pub(super) accepted: Vec<Risk>,
    pub(super) synced: bool,
}

/// On what a stream keeps its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Storage {
    /// On disk.
    #[default]
    File,
    /// In memory: gone when the servers that hold it stop.
    Memory,
}

impl Default for JetStreamOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl JetStreamOptions {
    /// One replica on disk, in the namespace `default`; 15 seconds of patience.
    pub fn new() -> Self {
        Self {
            namespace: Namespace::default(),
            replicas: 1,
            storage: Storage::File,
            domain: None,
            attempt: Duration::from_secs(2),
            patience: Duration::from_secs(15),
            page_bytes: 4 << 20,
            remembered_actors: 65_536,
            existing: false,
            accepted: Vec::new(),
            synced: false,
        }
    }

    /// Keeps the events of this namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: Namespace) -> Self {
        self.namespace = namespace;
        self
    }

    /// Keeps each event on this many servers: 1, 3 or 5.
    ///
    /// A stream that exists must have at least as many.
    #[must_use]
    pub const fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// Keeps the events on disk or in memory. A stream that exists must be as safe.
    #[must_use]
    pub const fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// Uses `JetStream` of another domain than the server's own.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// How long to wait for one answer before asking again; 2 seconds.
    #[must_use]
    pub const fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt = timeout;
        self
    }

    /// How long to go on asking before giving up; 15 seconds.
    ///
    /// A cluster whose leader is lost takes 4 to 9 seconds to elect another one.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How many bytes a page of a history holds, give or take a commit; 4 MiB.
    #[must_use]
    pub const fn page_bytes(mut self, bytes: usize) -> Self {
        self.page_bytes = bytes;
        self
    }

    /// Refuses a namespace without a stream, where one would be made.
    #[must_use]
    pub const fn existing(mut self) -> Self {
        self.existing = true;
        self
    }

    /// Of how many actors to remember where their last commit lies; 65,536.
    ///
    /// An append to an actor that is remembered costs one question less.
    #[must_use]
    pub const fn remembered_actors(mut self, actors: usize) -> Self {
        self.remembered_actors = actors;
        self
    }

    /// Opens a stream although it has this setting, with which events may be lost.
    ///
    /// ```
    /// use aether::store::jetstream::{JetStreamOptions, Risk};
    ///
    /// let options = JetStreamOptions::new().accepting(Risk::Deletion).accepting(Risk::Purge);
    /// ```
    #[must_use]
    pub fn accepting(mut self, risk: Risk) -> Self {
        self.accepted.push(risk);
        self
    }

    /// Takes your word that every server that holds the stream writes to its disk before it
    /// answers (`sync_interval: always`), so that an acknowledgement survives a power cut.
    ///
    /// This changes nothing but what the store says of itself, as its
    /// [`Durability`](crate::Durability): no client can ask a server for it.
    #[must_use]
    pub const fn synced_always(mut self) -> Self {
        self.synced = true;
        self
    }
}

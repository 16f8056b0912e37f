use super::{Docs, Event, Location, Name, Reaction, Set};

/// A policy with a memory: an instance for each key, which keeps what its events told it.
#[derive(Debug)]
pub struct ProcessManager {
    /// Its name, the first token of its instances' ids.
    pub name: Name,
    /// The Rust type of the key that tells its instances apart, as the user writes it.
    pub key: &'static str,
    /// The events that it keeps in mind.
    pub applies: &'static [Set<Event>],
    /// One for each event, or set of events, it reacts to.
    pub reactions: &'static [Reaction],
    /// What the doc comments of its `#[apply]` methods say.
    pub remarks: &'static [Docs],
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

use super::{Command, Docs, Event, Location, Name, Set};

/// A system that is not ours.
#[derive(Debug)]
pub struct ExternalSystem {
    /// Its name.
    pub name: Name,
    /// The events it is told of.
    pub notified_of: &'static [Set<Event>],
    /// The commands it carries out.
    pub handles: Set<Command>,
    /// The events it writes to the log itself.
    pub emits: &'static [Set<Event>],
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

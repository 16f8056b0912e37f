use super::{Command, Docs, Event, Flow, Initiator, Location, Name, Projection, Rejection, Set};

/// A consistency boundary: it handles commands, and its history is its events.
#[derive(Debug)]
pub struct Aggregate {
    /// Its name, the first token of its actors' ids.
    pub name: Name,
    /// The events that make up its history.
    pub events: Set<Event>,
    /// One for each command it handles.
    pub handlers: &'static [Handler],
    /// What the doc comments of its `#[apply]` methods say.
    pub remarks: &'static [Docs],
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

/// How an aggregate handles one command.
#[derive(Debug, Clone, Copy)]
pub struct Handler {
    /// The command.
    pub command: &'static Command,
    /// The events it may emit, read off the method's return type.
    pub emits: &'static Flow<Event>,
    /// Why it may be refused.
    pub rejects: Rejection,
    /// Who issues the command from outside.
    pub by: &'static [Initiator],
    /// The read models in whose light it is issued.
    pub informed_by: Set<Projection>,
    /// What the doc comment of the method says.
    pub docs: Docs,
}

impl Handler {
    /// A handler of which nothing more is said: the rest of one that is written out.
    #[must_use]
    pub const fn new(
        command: &'static Command,
        emits: &'static Flow<Event>,
        rejects: Rejection,
    ) -> Self {
        Self {
            command,
            emits,
            rejects,
            by: &[],
            informed_by: &[],
            docs: Docs::NONE,
        }
    }
}

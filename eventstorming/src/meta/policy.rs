use super::{Command, Docs, Event, Flow, Location, Name, Set};

/// A rule of the business: whenever this happened, that is asked for.
#[derive(Debug)]
pub struct Policy {
    /// Its name.
    pub name: Name,
    /// One for each event, or set of events, it reacts to.
    pub reactions: &'static [Reaction],
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

/// What a policy does about an event.
#[derive(Debug, Clone, Copy)]
pub struct Reaction {
    /// The event, or the events of a set.
    pub on: Set<Event>,
    /// The commands it may issue, read off the method's return type.
    pub issues: &'static Flow<Command>,
    /// What the doc comment of the method says.
    pub docs: Docs,
}

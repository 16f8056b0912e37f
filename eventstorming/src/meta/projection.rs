use super::{Answer, Docs, Event, Location, Name, Persona, SchemaOf, Set};

/// A read model: what is known, derived from events.
#[derive(Debug)]
pub struct Projection {
    /// Its name.
    pub name: Name,
    /// The events that feed it.
    pub applies: &'static [Set<Event>],
    /// Who reads it.
    pub read_by: Set<Persona>,
    /// One for each question it answers.
    pub answers: &'static [Answer],
    /// The JSON Schema of what it holds.
    pub schema: SchemaOf,
    /// What the doc comments of its `#[apply]` methods say.
    pub remarks: &'static [Docs],
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

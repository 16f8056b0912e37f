use super::{Docs, Location, Name};

/// Someone who acts on the system: what EventStorming calls an actor.
#[derive(Debug)]
pub struct Persona {
    /// Its name.
    pub name: Name,
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

use super::{Docs, Location, Name};

/// One kind of command: something that is asked for.
#[derive(Debug)]
pub struct Command {
    /// The name it travels under.
    pub name: Name,
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

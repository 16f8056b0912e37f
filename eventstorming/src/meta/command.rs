use super::{Docs, Location, Name, Personal, SchemaOf};

/// One kind of command: something that is asked for.
#[derive(Debug)]
pub struct Command {
    /// The name it travels under.
    pub name: Name,
    /// Other names under which earlier builds have asked for it.
    pub aliases: &'static [&'static str],
    /// The fields that hold personal data.
    pub personal: &'static [Personal],
    /// The JSON Schema of its data.
    pub schema: SchemaOf,
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

impl Command {
    /// A command that was written where this is called, of which nothing more is said than a text:
    /// the rest of one that is written out.
    #[track_caller]
    #[must_use]
    pub const fn new(name: &'static str, text: &'static str) -> Self {
        Self {
            name: Name::new(name),
            aliases: &[],
            personal: &[],
            schema: SchemaOf::UNKNOWN,
            docs: Docs::new(text),
            location: Location::here(),
        }
    }
}

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
    /// What a command is of which nothing more is said: the rest of one that is written out.
    pub const PLAIN: Self = Self {
        name: Name::new(""),
        aliases: &[],
        personal: &[],
        schema: SchemaOf::UNKNOWN,
        docs: Docs::NONE,
        location: Location { file: "", line: 0 },
    };
}

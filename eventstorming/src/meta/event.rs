use super::{Docs, Location, Marks, Name, Personal};

/// One kind of event: something that happened.
#[derive(Debug)]
pub struct Event {
    /// The name it is stored under.
    pub name: Name,
    /// Other names under which earlier builds stored it.
    pub aliases: &'static [&'static str],
    /// The version of the payload's schema, counted from 1.
    pub version: u32,
    /// The Rust type, as the user writes it: `OrderPlaced` or `StockEvent::Received`.
    pub rust_type: &'static str,
    /// Whether the event opens a phase of the business.
    pub pivotal: bool,
    /// The phase that a pivotal event opens, where it was given a name.
    pub phase: Option<&'static str>,
    /// What is said about its use.
    pub marks: Marks,
    /// The fields that hold personal data.
    pub personal: &'static [Personal],
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

impl Event {
    /// An event that is stored under the name of its type and was written where this is called, of
    /// which nothing more is said than a text: the rest of one that is written out.
    #[track_caller]
    #[must_use]
    pub const fn new(rust_type: &'static str, text: &'static str) -> Self {
        Self {
            name: Name::new(rust_type),
            aliases: &[],
            version: 1,
            rust_type,
            pivotal: false,
            phase: None,
            marks: Marks::NONE,
            personal: &[],
            docs: Docs::new(text),
            location: Location::here(),
        }
    }
}

use super::{Docs, Location, Name, Persona, Set};

/// A question that a read model answers.
#[derive(Debug)]
pub struct Query {
    /// Its name.
    pub name: Name,
    /// What the doc comment says.
    pub docs: Docs,
    /// Where it is written.
    pub location: Location,
}

/// How a read model answers one question.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// The question.
    pub query: &'static Query,
    /// The Rust type of the answer, as the user writes it.
    pub answer: &'static str,
    /// Who asks.
    pub by: Set<Persona>,
    /// What the doc comment of the method says.
    pub docs: Docs,
}

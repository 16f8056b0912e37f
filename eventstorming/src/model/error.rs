use super::{ElementId, Location, Relation, Verb};

/// A model that does not hold together. No model was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Two definitions claim one id.
    #[error("`{id}` is defined twice, {}; rename one of them", places(.first.as_ref(), .second.as_ref()))]
    DefinedTwice {
        /// The id.
        id: ElementId,
        /// Where the definition that came first is written.
        first: Option<Location>,
        /// Where the other is written.
        second: Option<Location>,
    },
    /// A relation is no sentence of the grammar.
    #[error("`{relation}` is refused: {ground}")]
    Refused {
        /// The relation.
        relation: Box<Relation>,
        /// The rule that refuses it.
        ground: Ground,
    },
    /// An element belongs to a context that the model does not have.
    #[error("`{0}` belongs to a context that is not in the model")]
    UnknownContext(ElementId),
    /// An element says what its kind has no place for, or leaves out what it must say.
    #[error("`{id}` does not have the fields of its kind: {field}")]
    Misfit {
        /// The element.
        id: ElementId,
        /// The field that is out of place or missing.
        field: &'static str,
    },
    /// The document is of another format or of a later version.
    #[error("the format is `{found}`, this reads `{expected}`")]
    Format {
        /// What the document says.
        found: String,
        /// What can be read.
        expected: &'static str,
    },
    /// The text is not JSON, or not of the shape of a model.
    #[error("the text is not a model")]
    Json(#[source] serde_json::Error),
}

/// Why a relation is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ground {
    /// The grammar has no such sentence.
    #[error("by the grammar, {}", .0.rule())]
    Grammar(Verb),
    /// It names an element that the model does not have.
    #[error("there is no element `{0}`")]
    Dangling(ElementId),
    /// It is there already.
    #[error("it is said twice")]
    Repeated,
    /// Only what is issued or emitted has a cardinality.
    #[error("only what is emitted, or issued by a policy, has a cardinality")]
    Cardinality,
    /// Only a policy waits before it issues a command.
    #[error("only a policy waits before it issues a command")]
    After,
    /// Only a policy issues a command upon an event, and only upon one that activates it.
    #[error("only a policy issues a command upon events, and `{0}` does not activate it")]
    Upon(ElementId),
}

fn places(first: Option<&Location>, second: Option<&Location>) -> String {
    match (first, second) {
        (Some(first), Some(second)) => format!("at {first} and at {second}"),
        (Some(known), None) | (None, Some(known)) => format!("once at {known}"),
        (None, None) => "at places unknown".to_owned(),
    }
}

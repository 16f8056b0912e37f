use std::fmt;

use super::{Cardinality, ElementId, Verb};

/// One sentence of the model: this element does that to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Relation {
    /// The subject.
    pub from: ElementId,
    /// What it does.
    pub verb: Verb,
    /// The object.
    pub to: ElementId,
    /// How often, of what is emitted or is issued by a policy.
    pub cardinality: Option<Cardinality>,
    /// Of a policy that issues a command: the events upon which it does. Empty when that is not
    /// known, and for all other relations.
    pub upon: Vec<ElementId>,
    /// Of a policy that issues a command later: how much later, in words.
    pub after: Option<String>,
    /// What the doc comment of the handling or reacting function says.
    pub docs: String,
}

impl Relation {
    /// A relation of which nothing more is known.
    pub const fn new(from: ElementId, verb: Verb, to: ElementId) -> Self {
        Self {
            from,
            verb,
            to,
            cardinality: None,
            upon: Vec::new(),
            after: None,
            docs: String::new(),
        }
    }

    /// Takes over what another saying of the same sentence knows more.
    pub(super) fn merge(&mut self, other: Self) {
        for event in other.upon {
            if !self.upon.contains(&event) {
                self.upon.push(event);
            }
        }
        if self.cardinality.is_none() {
            self.cardinality = other.cardinality;
        }
        if self.after != other.after {
            self.after = None;
        }
        if self.docs.is_empty() {
            self.docs = other.docs;
        }
    }

    pub(super) fn is(&self, from: &ElementId, verb: Verb, to: &ElementId) -> bool {
        self.verb == verb && self.from == *from && self.to == *to
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.from, self.verb.as_str(), self.to)
    }
}

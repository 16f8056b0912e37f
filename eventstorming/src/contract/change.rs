use std::fmt;

use serde::Serialize;

/// Whether a change can be lived with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is lost.
    Ok,
    /// It is read, and something of it is lost.
    Loss,
    /// It cannot be read.
    Break,
}

/// What kind of change it is: a row of the table of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// A field that may be absent was added.
    OptionalFieldAdded,
    /// A field that must be there was added.
    RequiredFieldAdded,
    /// A field that could be absent must be there now.
    FieldNowRequired,
    /// A field that must be there may be absent now.
    FieldNowOptional,
    /// A field is gone.
    FieldRemoved,
    /// A field has another name, and its old name is still read.
    FieldAliased,
    /// Unknown fields are refused now.
    FieldsNowClosed,
    /// The values or keys of a map are others.
    MapChanged,
    /// The type is another one.
    TypeChanged,
    /// An integer is a float now.
    IntegerNowFloat,
    /// A float is one of fewer digits now.
    FloatNowShorter,
    /// Fewer values are taken than before: a range, a length, a pattern, a format.
    Narrowed,
    /// More values are taken than before.
    Widened,
    /// A value or a case may occur that could not before.
    CaseAdded,
    /// A value or a case that could occur is not known any more.
    CaseRemoved,
    /// A value or a case has another name, and its old name is still read.
    CaseAliased,
    /// A value or a case that is not known any more is read as the one that stands for all others.
    CaseAbsorbed,
    /// The cases are written in another manner.
    RepresentationChanged,
    /// A tuple has more or fewer members.
    ArityChanged,
}

/// One change between two forms of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Where: `lines[].price`; empty for the event itself.
    pub path: String,
    /// What kind of change it is.
    pub rule: Rule,
    /// Whether the new form reads what was written in the old one.
    pub backward: Verdict,
    /// Whether the old form reads what is written in the new one.
    pub forward: Verdict,
    /// What changed.
    pub message: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "`{}`: {}", self.path, self.message)
        }
    }
}

use std::fmt;

/// Says why some bytes are not the events of a commit.
#[derive(Debug)]
pub struct DecodeError {
    /// Which event it is about, counted from 0; none if the bytes as a whole are at fault.
    pub event: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with the bytes of an event.
#[derive(Debug)]
#[non_exhaustive]
pub enum Problem {
    /// They are not JSON, or neither a document nor a batch of documents.
    Json(serde_json::Error),
    /// A batch holds nothing.
    Empty,
    /// An attribute that must be there is not.
    Missing(&'static str),
    /// An attribute is there twice.
    Duplicate(String),
    /// An attribute has a name that CloudEvents does not allow.
    Name(String),
    /// An attribute is a list or an object, which CloudEvents does not allow.
    Structured(String),
    /// An attribute does not hold what it must hold.
    Value {
        /// The attribute.
        attribute: &'static str,
        /// What it holds.
        found: String,
        /// What it must hold.
        wanted: &'static str,
    },
    /// It is a `CloudEvent` of a version that is not understood.
    SpecVersion(String),
    /// The data is not JSON: it is of another type, or binary.
    NotJson(String),
}

impl DecodeError {
    pub(super) const fn whole(problem: Problem) -> Self {
        Self {
            event: None,
            problem,
        }
    }

    pub(super) const fn of(event: usize, problem: Problem) -> Self {
        Self {
            event: Some(event),
            problem,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.event {
            Some(index) => write!(f, "event {index} of the commit: {}", self.problem),
            None => self.problem.fmt(f),
        }
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Json(err) => Some(err),
            Problem::Empty
            | Problem::Missing(_)
            | Problem::Duplicate(_)
            | Problem::Name(_)
            | Problem::Structured(_)
            | Problem::Value { .. }
            | Problem::SpecVersion(_)
            | Problem::NotJson(_) => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(_) => f.write_str("it is no CloudEvents document in JSON, nor a batch"),
            Self::Empty => f.write_str("the batch holds no event"),
            Self::Missing(attribute) => write!(f, "the attribute `{attribute}` is missing"),
            Self::Duplicate(attribute) => write!(f, "the attribute `{attribute}` is there twice"),
            Self::Name(name) => write!(
                f,
                "`{name}` is no name of an attribute: only `a` to `z` and `0` to `9` are allowed"
            ),
            Self::Structured(attribute) => write!(
                f,
                "the attribute `{attribute}` is a list or an object; only `data` may be one"
            ),
            Self::Value {
                attribute,
                found,
                wanted,
            } => write!(f, "the attribute `{attribute}` is `{found}`, not {wanted}"),
            Self::SpecVersion(found) => {
                write!(f, "it is a CloudEvent of version `{found}`, not `1.0`")
            }
            Self::NotJson(found) => write!(f, "the data is `{found}`, not JSON"),
        }
    }
}

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Kind;

/// The id of an element: `context/kind/Name`, the same from one build to the next.
///
/// Contexts themselves, actors and the hot spots of either belong to no context; their id is
/// `kind/Name`. A `/` or `%` inside a name is written `%2F` or `%25`.
///
/// ```
/// use eventstorming::model::{ElementId, Kind};
///
/// let id = ElementId::new("Ordering", Kind::Command, "PlaceOrder");
/// assert_eq!(id.to_string(), "Ordering/command/PlaceOrder");
/// assert_eq!("Ordering/command/PlaceOrder".parse(), Ok(id));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId {
    context: Option<String>,
    kind: Kind,
    name: String,
}

/// A text that is no element id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no element id; write `context/kind/Name`, or `kind/Name` for what is shared")]
pub struct MalformedId(pub String);

impl ElementId {
    /// The id of a member of a context.
    pub fn new(context: &str, kind: Kind, name: &str) -> Self {
        Self {
            context: Some(context.to_owned()),
            kind,
            name: name.to_owned(),
        }
    }

    /// The id of an element that belongs to no context.
    pub fn shared(kind: Kind, name: &str) -> Self {
        Self {
            context: None,
            kind,
            name: name.to_owned(),
        }
    }

    /// The name of the context it belongs to, if it belongs to one.
    pub fn context(&self) -> Option<&str> {
        self.context.as_deref()
    }

    /// What the element is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The name that the code gives it.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn parse(text: &str) -> Option<Self> {
        let segments: Vec<&str> = text.split('/').collect();
        let (context, kind, name) = match segments.as_slice() {
            [kind, name] => (None, *kind, *name),
            [context, kind, name] => (Some(decode(context)?), *kind, *name),
            _ => return None,
        };
        let id = Self {
            context,
            kind: Kind::parse(kind)?,
            name: decode(name)?,
        };
        (id.context.is_some() || id.kind.may_be_shared()).then_some(id)
    }
}

fn encode(segment: &str) -> String {
    segment.replace('%', "%25").replace('/', "%2F")
}

fn decode(segment: &str) -> Option<String> {
    let text = segment.replace("%2F", "/").replace("%25", "%");
    (!text.is_empty() && encode(&text) == segment).then_some(text)
}

impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(context) = &self.context {
            write!(f, "{}/", encode(context))?;
        }
        write!(f, "{}/{}", self.kind.as_str(), encode(&self.name))
    }
}

impl std::str::FromStr for ElementId {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or_else(|| MalformedId(text.to_owned()))
    }
}

impl Serialize for ElementId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ElementId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_whatever_its_names_contain() {
        for name in ["Plain", "a/b", "100%", "%2F", "x%252Fy"] {
            let id = ElementId::new(name, Kind::Event, name);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn a_text_that_is_no_id_is_refused() {
        for text in [
            "",
            "a/b/c/d",
            "Ordering/note/X",
            "event/X",
            "A/event/",
            "A/event/%2",
        ] {
            assert_eq!(text.parse::<ElementId>(), Err(MalformedId(text.to_owned())));
        }
    }
}

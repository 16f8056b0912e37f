//! A JSON Schema in the form in which it is read: references followed, `allOf` and siblings of
//! unions put where they belong.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Keywords that say nothing about what is valid.
const REMARKS: [&str; 10] = [
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
];

/// How many references in a row are followed before they are taken to go in a circle.
const DEPTH: usize = 32;

/// A node of a schema, with the root that its references are looked up in.
#[derive(Debug, Clone)]
pub struct Schema<'a> {
    root: &'a Value,
    node: Cow<'a, Value>,
    /// The reference that led here.
    name: Option<String>,
}

impl<'a> Schema<'a> {
    /// The root of a document.
    pub const fn new(root: &'a Value) -> Self {
        Self {
            root,
            node: Cow::Borrowed(root),
            name: None,
        }
    }

    /// Another node of the same document.
    #[must_use]
    pub fn at(&self, node: &Value) -> Self {
        Self {
            root: self.root,
            node: Cow::Owned(node.clone()),
            name: None,
        }
        .resolved()
    }

    /// The name under which it is defined, if a reference led here.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What the definition that a reference led to says of itself, whatever is said beside the
    /// reference.
    pub(crate) fn text_of_type(&self, keyword: &str) -> Option<&str> {
        lookup(self.root, self.name()?).get(keyword)?.as_str()
    }

    /// What a keyword says.
    pub fn get(&self, keyword: &str) -> Option<&Value> {
        self.node.get(keyword)
    }

    /// What a keyword says, if that is a text.
    pub fn text(&self, keyword: &str) -> Option<&str> {
        self.get(keyword)?.as_str()
    }

    /// What a keyword says, if that is a count.
    pub fn number(&self, keyword: &str) -> Option<u64> {
        self.get(keyword)?.as_u64()
    }

    /// What a keyword lists.
    pub fn list(&self, keyword: &str) -> &[Value] {
        self.get(keyword)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    pub(crate) fn node(&self) -> &Value {
        &self.node
    }

    /// The schemas of the properties, in the order of the document.
    pub fn properties(&self) -> impl Iterator<Item = (&str, Self)> {
        let properties = self.get("properties").and_then(Value::as_object);
        let all = properties.into_iter().flatten();
        all.map(|(name, node)| (name.as_str(), self.at(node)))
    }

    pub(crate) fn property(&self, name: &str) -> Option<Self> {
        Some(self.at(self.get("properties")?.get(name)?))
    }

    /// Whether a property is always there.
    pub fn requires(&self, name: &str) -> bool {
        self.list("required").iter().any(|known| known == name)
    }

    /// Whether a property that it does not name is refused.
    pub(crate) fn is_closed(&self) -> bool {
        let closed = |keyword: &str| self.get(keyword) == Some(&Value::Bool(false));
        closed("additionalProperties") || closed("unevaluatedProperties")
    }

    /// The keys of a map with the schema of its values; the keys as a pattern, if they have one.
    pub fn map_values(&self) -> Option<(Option<&str>, Self)> {
        let patterns = self.get("patternProperties").and_then(Value::as_object);
        if let Some((pattern, node)) = patterns.and_then(|patterns| patterns.iter().next()) {
            return Some((Some(pattern.as_str()), self.at(node)));
        }
        let node = self
            .get("additionalProperties")
            .filter(|node| node.is_object())?;
        let pattern = self
            .get("propertyNames")
            .and_then(|names| names.get("pattern"));
        Some((pattern.and_then(Value::as_str), self.at(node)))
    }

    /// The same without references and `allOf` at its top.
    pub(crate) fn resolved(mut self) -> Self {
        for _ in 0..DEPTH {
            let Some(object) = self.node.as_object() else {
                return self;
            };
            if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
                let rest = without(object, "$ref");
                self.name = Some(reference.to_owned());
                let target = lookup(self.root, reference);
                self.node = Cow::Owned(merged(target, &rest));
            } else if let Some(parts) = object.get("allOf").and_then(Value::as_array) {
                let base = Value::Object(without(object, "allOf"));
                let whole = parts.iter().fold(base, |whole, part| {
                    let part = self.at(part).node.into_owned();
                    part.as_object()
                        .map_or(whole.clone(), |part| merged(&whole, part))
                });
                self.node = Cow::Owned(whole);
            } else {
                return self;
            }
        }
        self
    }

    /// The branches of a union, each with what stands beside the union; none if it is no union.
    pub(crate) fn branches(&self) -> Option<Vec<Self>> {
        let object = self.node.as_object()?;
        let keyword = ["oneOf", "anyOf"]
            .into_iter()
            .find(|keyword| object.contains_key(*keyword))?;
        let mut beside = without(object, keyword);
        beside.retain(|key, _| !REMARKS.contains(&key.as_str()));
        let branches = object.get(keyword)?.as_array()?;
        Some(
            branches
                .iter()
                .map(|branch| {
                    let branch = self.at(branch);
                    let node = Cow::Owned(merged(&branch.node, &beside));
                    Self { node, ..branch }
                })
                .collect(),
        )
    }
}

fn without(object: &Map<String, Value>, key: &str) -> Map<String, Value> {
    let kept = object.iter().filter(|(known, _)| *known != key);
    kept.map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn lookup<'a>(root: &'a Value, reference: &str) -> &'a Value {
    let pointer = reference.strip_prefix('#').unwrap_or_default();
    root.pointer(pointer).unwrap_or(&Value::Null)
}

/// A schema with what another asks for as well.
fn merged(one: &Value, other: &Map<String, Value>) -> Value {
    let Some(object) = one.as_object() else {
        return if other.is_empty() {
            one.clone()
        } else {
            Value::Object(other.clone())
        };
    };
    let mut object = object.clone();
    for (key, value) in other {
        match (object.get_mut(key), value) {
            (Some(Value::Object(known)), Value::Object(more)) if key == "properties" => {
                known.extend(more.clone());
            }
            (Some(Value::Array(known)), Value::Array(more)) if key == "required" => {
                known.extend(
                    more.iter()
                        .filter(|name| !known.contains(name))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
            }
            _ => {
                object.insert(key.clone(), value.clone());
            }
        }
    }
    Value::Object(object)
}

/// A schema without what is only said to readers: two that are the same without it take the same
/// values.
pub(crate) fn bare(schema: &Value) -> Value {
    match schema {
        Value::Object(object) => {
            let said = object
                .iter()
                .filter(|(key, _)| !matches!(key.as_str(), "title" | "description" | "$comment"));
            let fields = said.map(|(key, value)| {
                let named = matches!(key.as_str(), "properties" | "$defs" | "patternProperties");
                let members = value.as_object().filter(|_| named);
                let inner = members.map_or_else(
                    || bare(value),
                    |members| {
                        let members = members.iter();
                        let members = members.map(|(name, node)| (name.clone(), bare(node)));
                        Value::Object(members.collect())
                    },
                );
                (key.clone(), inner)
            });
            Value::Object(fields.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(bare).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_property_that_is_called_like_a_remark_stays() {
        let schema = json!({
            "title": "A", "description": "B",
            "properties": { "title": { "type": "string", "description": "C" } },
        });
        let expected = json!({ "properties": { "title": { "type": "string" } } });
        assert_eq!(bare(&schema), expected);
    }
}
